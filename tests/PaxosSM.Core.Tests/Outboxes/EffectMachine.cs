using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Core.Tests.Outboxes;

/// <summary>Adds effects to an outbox whenever something is applied, and takes back by a journal. A command's bytes: T
/// id delay sets a timer; A removes what waits for a destination; anything else adds as many effects as its first byte
/// says.</summary>
internal sealed class EffectMachine : IOptimisticStateMachine, IOutboxStateMachine, ITimedStateMachine, IViewObserver
{
    private readonly UndoJournal _journal = new();

    public EffectMachine() => Outbox = new(new() { EntriesMax = 40 }, _journal);

    public Outbox Outbox { get; }

    /// <summary>What was added, in order; what was taken back is here as well.</summary>
    public List<OutboxToken> Added { get; } = [];

    public byte[] Saved
    {
        get
        {
            ArrayBufferWriter<byte> saved = new();
            Outbox.Save(saved);
            return saved.WrittenSpan.ToArray();
        }
    }

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        if (OutboxRequests.TryApply(this, in context, in command))
        {
            return;
        }

        var bytes = command.ToArray();
        switch (bytes[0])
        {
            case (byte)'T':
                context.Timers.Set(bytes[1], context.Time.Add(TimeSpan.FromMilliseconds(bytes[2])));
                break;
            case (byte)'A' when Outbox.Destinations(9, "") is [.., var last]
                && Outbox.Read(last, 2, 99) is [.., var entry]:
                _ = Outbox.Acknowledge(last, entry.Token);
                break;
            default:
                Add(in context, bytes[0] % 4, bytes[1..]);
                break;
        }

        BinaryPrimitives.WriteInt64LittleEndian(result.GetSpan(sizeof(long)), Outbox.Count);
        result.Advance(sizeof(long));
    }

    public void OnTimer(in CommandContext context, long id) => Add(in context, 1, [(byte)id]);

    public void OnView(in CommandContext context, ClusterView view) => Add(in context, 2, [0xff]);

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        Assert.True(OutboxRequests.TryQuery(this, in query, result));

    public ISnapshotWriter BeginSnapshot() => throw new InvalidOperationException("nobody asks");

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("nobody asks");

    public void Mark(Slot slot) => _journal.Mark(slot);

    public void Confirm(Slot slot) => _journal.Confirm(slot);

    public void Rollback(Slot to) => _journal.Rollback();

    public IReadOnlyList<string> OutboxDestinations(int destinationsMax, string after) =>
        Outbox.Destinations(destinationsMax, after);

    public IReadOnlyList<OutboxEntry> ReadOutbox(string destination, int entriesMax, long bytesMax) =>
        Outbox.Read(destination, entriesMax, bytesMax);

    public void Acknowledge(in CommandContext context, string destination, in OutboxToken through) =>
        _ = Outbox.Acknowledge(destination, in through);

    private void Add(in CommandContext context, int count, byte[] payload)
    {
        for (var number = 0; number < count; number++)
        {
            if (Outbox.TryAdd(in context, $"d{number % 2}", payload, out var token, out _))
            {
                Added.Add(token);
            }
        }
    }
}
