using Microsoft.Extensions.Logging;

namespace PaxosSM.RedisKv.Server;

/// <summary>Runs commands on a cluster: writes through one ordered session of this process, reads as queries.</summary>
/// <remarks>
/// When the session has expired, its unanswered commands were not executed and never will be. They and all that came
/// later are sent on a new session, in their order, once the old one has answered or refused all that it had.
/// </remarks>
internal sealed class StreamBackend : IRedisBackend, IAsyncDisposable
{
    private const int WaitingMax = 16 * 1024;
    private const int AttemptsMax = 3;

    private readonly IPaxosClient _client;
    private readonly ReadConsistency _consistency;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, StreamCommand> _waiting = [];
    private ICommandStream? _stream;
    private ICommandStream? _expired;
    private bool _opening;
    private int _inFlight;
    private long _lastNumber;
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
            var command = new StreamCommand(++_lastNumber, payload, cancellationToken);
            if (_stream is not null && _waiting.Count == 0)
            {
                return SendAsync(_stream, command);
            }

            if (_waiting.Count >= WaitingMax)
            {
                return ValueTask.FromException<ReadOnlyMemory<byte>>(
                    new PaxosException(PaxosError.Busy, "too many commands wait for a session; nothing was sent"));
            }

            _waiting.Add(command.Number, command);
            OpenIfIdle();
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
            stream = _stream;
            _stream = null;
        }

        if (stream is not null)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Entered under the gate, so that the order of the calls is the order of the stream.
    private async ValueTask<ReadOnlyMemory<byte>> SendAsync(ICommandStream stream, StreamCommand command)
    {
        _inFlight++;
        var expired = false;
        try
        {
            command.Attempts++;
            var result = await stream.ExecuteAsync(command.Payload, command.Cancellation).ConfigureAwait(false);
            SeeSlot(result.Slot.Index);
            return result.Result;
        }
        catch (PaxosException exception) when (exception.Error == PaxosError.SessionExpired
            && command.Attempts < AttemptsMax)
        {
            expired = true;
        }
        finally
        {
            Settle(stream, command, expired);
        }

        return await command.Answer.ConfigureAwait(false);
    }

    private void Settle(ICommandStream stream, StreamCommand command, bool expired)
    {
        lock (_gate)
        {
            _inFlight--;
            if (expired)
            {
                _waiting.Add(command.Number, command);
                _expired = stream;
                _stream = null; // the next one opens only when nothing is in flight on this one
            }

            if (_waiting.Count > 0)
            {
                OpenIfIdle();
            }

            if (expired && _opening)
            {
                ServerLog.SessionExpired(_logger, stream.Session, _waiting.Count);
            }
        }
    }

    private void OpenIfIdle()
    {
        if (_stream is null && !_opening && _inFlight == 0)
        {
            _opening = true;
            _ = OpenAsync(); // never faults: it hands its failure to those who wait
        }
    }

    private async Task OpenAsync()
    {
        try
        {
            await Task.Yield(); // leave the gate
            if (Interlocked.Exchange(ref _expired, null) is { } expired)
            {
                await expired.DisposeAsync().ConfigureAwait(false);
            }

            var stream = await _client.OpenStreamAsync().ConfigureAwait(false);
            lock (_gate)
            {
                _opening = false;
                _stream = stream;
                foreach (var command in TakeWaiting())
                {
                    command.AnswerBy(SendAsync(stream, command));
                }
            }
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                _opening = false;
                foreach (var command in TakeWaiting())
                {
                    command.Fail(exception);
                }
            }
        }
    }

    private List<StreamCommand> TakeWaiting()
    {
        List<StreamCommand> commands = [.. _waiting.Values];
        _waiting.Clear();
        return commands;
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
