using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace PaxosSM.Testing.Simulation;

/// <summary>A machine some of whose commands and timers have effects outside the cluster, beside what they do
/// (R27).</summary>
/// <remarks>Which have some is decided by their bytes. The ledger is told of an effect once it stays: not of one that
/// is only shown ahead of choice (R18).</remarks>
internal sealed class OutboxMachine : IOutboxStateMachine, IDigestibleStateMachine, ITimedStateMachine, IViewObserver,
    IOptimisticStateMachine
{
    private readonly UndoJournal _journal = new();
    private readonly List<(Slot Slot, Effect Effect)> _shown = [];
    private readonly IStateMachine _machine;
    private readonly OutboxPlan _plan;
    private readonly EffectLedger _ledger;
    private readonly string _who;
    private readonly Outbox _outbox;

    /// <summary>An empty outbox beside a machine.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="plan">How many effects there are.</param>
    /// <param name="ledger">Is told of them.</param>
    /// <param name="who">Whose machine it is.</param>
    public OutboxMachine(IStateMachine machine, OutboxPlan plan, EffectLedger ledger, string who)
    {
        (_machine, _plan, _ledger, _who) = (machine, plan, ledger, who);
        _outbox = new(null, _journal);
    }

    public ulong Digest
    {
        get
        {
            KeyValueDigest digest = new();
            digest.Add(_machine is IDigestibleStateMachine digestible ? (long)digestible.Digest : 0);
            digest.Add(Saved());
            return digest.Value;
        }
    }

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        if (!OutboxRequests.TryApply(this, in context, in command))
        {
            _machine.Apply(in context, command, result);
            Cause(in context, command.IsSingleSegment ? Crc32C.Of(command.FirstSpan) : Crc32C.Of(command.ToArray()));
        }
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        if (!OutboxRequests.TryQuery(this, in query, result))
        {
            _machine.Query(in context, query, result);
        }
    }

    public IReadOnlyList<string> OutboxDestinations(int destinationsMax, string after) =>
        _outbox.Destinations(destinationsMax, after);

    public IReadOnlyList<OutboxEntry> ReadOutbox(string destination, int entriesMax, long bytesMax) =>
        _outbox.Read(destination, entriesMax, bytesMax);

    public void Acknowledge(in CommandContext context, string destination, in OutboxToken through) =>
        _outbox.Acknowledge(destination, in through);

    public void OnTimer(in CommandContext context, long id)
    {
        if (_machine is ITimedStateMachine timed)
        {
            timed.OnTimer(in context, id);
        }

        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, id);
        Cause(in context, Crc32C.Of(bytes));
    }

    public void OnView(in CommandContext context, ClusterView view)
    {
        if (_machine is IViewObserver observer)
        {
            observer.OnView(in context, view);
        }
    }

    public void Mark(Slot slot)
    {
        _journal.Mark(slot);
        (_machine as IOptimisticStateMachine)?.Mark(slot);
    }

    public void Confirm(Slot slot)
    {
        _journal.Confirm(slot);
        (_machine as IOptimisticStateMachine)?.Confirm(slot);
        foreach (var (_, effect) in _shown.Where(each => each.Slot <= slot))
        {
            _ledger.OnCommitted(_who, in effect);
        }

        _ = _shown.RemoveAll(each => each.Slot <= slot);
    }

    public void Rollback(Slot to)
    {
        _journal.Rollback();
        (_machine as IOptimisticStateMachine)?.Rollback(to);
        _shown.Clear();
    }

    public ISnapshotWriter BeginSnapshot() => new Snapshot(Saved(), _machine.BeginSnapshot());

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var length = new byte[sizeof(int)];
        await snapshot.ReadExactlyAsync(length, cancellationToken).ConfigureAwait(false);
        var saved = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        await snapshot.ReadExactlyAsync(saved, cancellationToken).ConfigureAwait(false);
        _outbox.Load(saved);
        await _machine.RestoreAsync(snapshot, cancellationToken).ConfigureAwait(false);
    }

    private byte[] Saved()
    {
        ArrayBufferWriter<byte> saved = new();
        _outbox.Save(saved);
        return saved.WrittenSpan.ToArray();
    }

    private void Cause(in CommandContext context, uint cause)
    {
        // Of its bits, some say whether there is an effect, others how many, and for whom.
        const ulong Mixed = 0x9E3779B97F4A7C15;
        SeededRandom draw = new(cause * Mixed);
        if (draw.Below(100) >= _plan.EffectPercent)
        {
            return;
        }

        for (var left = 1 + draw.Below(2); left > 0; left--)
        {
            var destination = draw.Below(_plan.Destinations).ToString(CultureInfo.InvariantCulture);
            var payload = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(payload, cause);
            if (_outbox.TryAdd(in context, destination, payload, out var token, out _))
            {
                Tell(new(token, destination, cause));
            }
        }
    }

    private void Tell(in Effect effect)
    {
        if (_journal.IsOpen)
        {
            _shown.Add((effect.Token.Slot, effect));
        }
        else
        {
            _ledger.OnCommitted(_who, in effect);
        }
    }

    private sealed class Snapshot(byte[] outbox, ISnapshotWriter machine) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
        {
            var length = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, outbox.Length);
            await destination.WriteAsync(length, cancellationToken).ConfigureAwait(false);
            await destination.WriteAsync(outbox, cancellationToken).ConfigureAwait(false);
            await machine.WriteAsync(destination, cancellationToken).ConfigureAwait(false);
        }

        public void Dispose() => machine.Dispose();
    }
}
