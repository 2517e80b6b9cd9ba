using Microsoft.Extensions.Logging;

namespace PaxosSM.RedisKv.Server;

/// <summary>Runs commands on a cluster: writes through one ordered session of this process, reads as queries.</summary>
/// <remarks>
/// When the session has expired, each of its unanswered commands was applied before that or never will be, and nobody
/// can tell which: they fail so, and are not sent again; later commands go by a new session.
/// </remarks>
internal sealed class StreamBackend : IRedisBackend, IAsyncDisposable
{
    private const int WaitingMax = 16 * 1024;

    private readonly IPaxosClient _client;
    private readonly ReadConsistency _consistency;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Queue<StreamCommand> _waiting = new();
    private ICommandStream? _stream;
    private bool _opening;
    private bool _disposed;
    private long _slotSeen;

    /// <summary>Serves by a client, which the caller disposes; reads at the given consistency, own writes always
    /// seen.</summary>
    public StreamBackend(IPaxosClient client, ReadConsistency consistency, ILogger logger)
    {
        _client = client;
        _consistency = consistency;
        _logger = logger;
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ExecuteAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Entered under the gate, so that the order of the calls is the order of the stream.
            if (_stream is not null)
            {
                return SendAsync(_stream, payload, cancellationToken);
            }

            if (_waiting.Count >= WaitingMax)
            {
                return ValueTask.FromException<ReadOnlyMemory<byte>>(
                    new PaxosException(PaxosError.Busy, "too many commands wait for a session; nothing was sent"));
            }

            var command = new StreamCommand(payload, cancellationToken);
            _waiting.Enqueue(command);
            if (!_opening)
            {
                _opening = true;
                _ = OpenAsync(); // never faults: it hands its failure to those who wait
            }

            return new(command.Answer);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> QueryAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // A local read must still see what this process was told is done: another client's connection, too, by way of
        // its user.
        var consistency = _consistency.Kind == ReadKind.Local
            ? ReadConsistency.After(new(Volatile.Read(ref _slotSeen)))
            : _consistency;
        var result = await _client.QueryAsync(payload, consistency, cancellationToken).ConfigureAwait(false);
        return result.Result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ICommandStream? stream;
        lock (_gate)
        {
            _disposed = true;
            stream = _stream;
            _stream = null;
        }

        if (stream is not null)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> SendAsync(
        ICommandStream stream, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            var result = await stream.ExecuteAsync(payload, cancellationToken).ConfigureAwait(false);
            SeeSlot(result.Slot.Index);
            return result.Result;
        }
        catch (PaxosException exception)
            when (exception.Error is PaxosError.SessionExpired or PaxosError.SessionStale or PaxosError.SessionGap)
        {
            await LeaveAsync(stream).ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask LeaveAsync(ICommandStream expired)
    {
        lock (_gate)
        {
            if (_stream != expired)
            {
                return;
            }

            _stream = null;
        }

        ServerLog.SessionExpired(_logger, expired.Session);
        await expired.DisposeAsync().ConfigureAwait(false);
    }

    private async Task OpenAsync()
    {
        try
        {
            await Task.Yield(); // leave the gate
            var stream = await _client.OpenStreamAsync().ConfigureAwait(false);
            lock (_gate)
            {
                if (!_disposed)
                {
                    _opening = false;
                    _stream = stream;
                    while (_waiting.TryDequeue(out var command))
                    {
                        command.AnswerBy(SendAsync(stream, command.Payload, command.Cancellation));
                    }

                    return;
                }
            }

            await stream.DisposeAsync().ConfigureAwait(false);
            FailWaiting(new PaxosException(PaxosError.Stopped, "this server is stopping"));
        }
        catch (Exception exception)
        {
            FailWaiting(exception);
        }
    }

    private void FailWaiting(Exception exception)
    {
        lock (_gate)
        {
            _opening = false;
            while (_waiting.TryDequeue(out var command))
            {
                command.Fail(exception);
            }
        }
    }

    private void SeeSlot(long slot)
    {
        var seen = Volatile.Read(ref _slotSeen);
        while (slot > seen)
        {
            var before = Interlocked.CompareExchange(ref _slotSeen, slot, seen);
            seen = before == seen ? slot : before;
        }
    }
}
