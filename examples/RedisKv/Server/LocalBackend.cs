using System.Buffers;
using PaxosSM.RedisKv.Machine;

namespace PaxosSM.RedisKv.Server;

/// <summary>A state machine in this process, without a log: for tests, and to measure what replication costs.</summary>
internal sealed class LocalBackend(TimeProvider time) : IRedisBackend
{
    private const int ResultBytesKeptMax = 1 << 20;

    private readonly Lock _gate = new();
    private readonly LocalTimers _timers = new();
    private ArrayBufferWriter<byte> _result = new();
    private Slot _slot;
    private LogTime _now;

    /// <summary>The machine; not to be touched while commands run.</summary>
    public RedisMachine Machine { get; } = new();

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ExecuteAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Advance();
            _slot = _slot.Next;
            Machine.Apply(ContextAt(_now), new(payload), _result);
            return new(TakeResult());
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> QueryAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Advance();
            Machine.Query(new(_slot, _now), new(payload), _result);
            return new(TakeResult());
        }
    }

    private void Advance()
    {
        var micros = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        _now = LogTime.Max(_now, new(micros));
        while (_timers.TryTakeDue(_now, out var id))
        {
            Machine.OnTimer(ContextAt(_now), id);
        }
    }

    private CommandContext ContextAt(LogTime now) => new(GroupId.Default, _slot, 0, now, SessionId.None, 0, _timers);

    private ReadOnlyMemory<byte> TakeResult()
    {
        var result = _result.WrittenSpan.ToArray();
        if (_result.Capacity > ResultBytesKeptMax)
        {
            _result = new();
        }
        else
        {
            _result.ResetWrittenCount();
        }

        return result;
    }
}
