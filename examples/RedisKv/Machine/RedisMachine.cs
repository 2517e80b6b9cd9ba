using System.Buffers;
using PaxosSM.RedisKv.Commands;
using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Redis's keyspace as a deterministic state machine: commands in, RESP2 replies out.</summary>
/// <remarks>
/// Commands are as <see cref="CommandPayload"/> describes them. Keys expire by the log's time: before each command the
/// keys that are due go, and one timer stands at the earliest due time for when no command comes. That timer is a
/// function of the keyspace, so a restored replica agrees with its timers without being told.
/// </remarks>
internal sealed class RedisMachine : ITimedStateMachine, IDigestibleStateMachine
{
    private const long ExpiryTimer = 1;
    private const int ArgumentsKeptMax = 4096;
    private const int ScratchBytesKeptMax = 1 << 20;

    private Keyspace _keys = new();
    private long _armed = Item.Never;
    private ArgumentRange[] _arguments = new ArgumentRange[16];
    private byte[] _scratch = [];

    /// <inheritdoc/>
    public ulong Digest => _keys.Digest;

    /// <summary>How many keys are stored.</summary>
    public int KeyCount => _keys.Count;

    /// <inheritdoc/>
    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        var now = context.Time.Microseconds;
        _keys.RemoveDue(now);
        var seed = ByteHash.Combine((ulong)context.Slot.Index, (ulong)context.Index);
        Run(new(_keys, now, seed, MayWrite: true, result), command);
        Arm(context.Timers);
    }

    /// <inheritdoc/>
    public void OnTimer(in CommandContext context, long id)
    {
        _armed = Item.Never;
        _keys.RemoveDue(context.Time.Microseconds);
        Arm(context.Timers);
    }

    /// <inheritdoc/>
    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        Run(new(_keys, context.Time.Microseconds, Seed: 0, MayWrite: false, result), query);

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot() => new SnapshotWriter(_keys.Capture());

    /// <inheritdoc/>
    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        _keys = await SnapshotReader.ReadAsync(snapshot, cancellationToken).ConfigureAwait(false);
        _armed = _keys.EarliestDue; // the pending timers are restored beside the machine
    }

    private void Arm(ITimers timers)
    {
        var due = _keys.EarliestDue;
        if (due == _armed)
        {
            return;
        }

        _armed = due;
        if (due == Item.Never)
        {
            timers.Cancel(ExpiryTimer);
        }
        else
        {
            timers.Set(ExpiryTimer, new(due));
        }
    }

    private void Run(in CallScope scope, in ReadOnlySequence<byte> payload)
    {
        var bytes = payload.IsSingleSegment ? payload.FirstSpan : Gather(payload);
        var reader = new PayloadReader(bytes);
        var reply = new RespWriter(scope.Output);
        if (!reader.TryReadHead(out var kind, out var count))
        {
            reply.Error(RedisErrors.Malformed);
            return;
        }

        if (kind == CommandPayload.Transaction)
        {
            reply.Array(count);
        }

        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            if (!reader.TryReadCommand(ref _arguments, out var arguments))
            {
                reply.Error(RedisErrors.Malformed);
                break;
            }

            RunOne(scope, new(scope, bytes, _arguments.AsSpan(0, arguments), ordinal));
        }

        Trim();
    }

    private static void RunOne(in CallScope scope, in MachineCall call)
    {
        var spec = CommandTable.Find(call[0]);
        if (spec?.Machine is null)
        {
            RedisErrors.WriteUnknownCommand(call.Reply, call[0], string.Empty);
        }
        else if (!spec.Accepts(call.Count))
        {
            call.WrongArity(spec.Name);
        }
        else if (spec.IsWrite && !scope.MayWrite)
        {
            call.Reply.Error(RedisErrors.NotAQuery);
        }
        else
        {
            spec.Machine(call);
        }
    }

    private ReadOnlySpan<byte> Gather(in ReadOnlySequence<byte> payload)
    {
        var length = checked((int)payload.Length);
        if (_scratch.Length < length)
        {
            _scratch = new byte[Math.Max(length, 4096)];
        }

        payload.CopyTo(_scratch);
        return _scratch.AsSpan(0, length);
    }

    private void Trim()
    {
        if (_arguments.Length > ArgumentsKeptMax)
        {
            _arguments = new ArgumentRange[16];
        }

        if (_scratch.Length > ScratchBytesKeptMax)
        {
            _scratch = [];
        }
    }
}
