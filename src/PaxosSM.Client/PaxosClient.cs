using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>A client of one group over some <see cref="IClientChannel"/>.</summary>
/// <remarks>
/// A command's bytes stay the caller's, and must not change until its task has completed. A result's bytes are the
/// caller's to keep; results of one round may share memory, unless they go into the callers' own. Every wait ends at
/// <see cref="PaxosClientOptions.Timeout"/> at the latest, with the reason.
/// </remarks>
public sealed class PaxosClient : IPaxosClient, IClientChannelReceiver
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<SessionId, ClientSession> _sessions = new();
    private readonly Lock _gate = new();
    private readonly IClientChannel _channel;
    private readonly PaxosClientOptions _options;
    private readonly ClientLink _link;
    private readonly QueryTable _queries;
    private readonly ITimer _timer;

    // By the number of their opening. In a fixed order, since the order in which sessions are told is seen outside.
    private ImmutableSortedDictionary<long, ClientSession> _all = ImmutableSortedDictionary<long, ClientSession>.Empty;
    private volatile ClientSession? _unordered;
    private volatile PaxosException? _end;

    /// <summary>Starts a client; it connects by itself, and owns the channel.</summary>
    public PaxosClient(IClientChannel channel, PaxosClientOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
        _channel = channel;
        _link = new(channel, _options);
        _queries = new(_link);
        _timer = _options.TimeProvider.CreateTimer(
            static state => ((PaxosClient)state!).OnTick(), this, _options.TickInterval, _options.TickInterval);
        channel.Start(this);
    }

    /// <summary>What a call would wait for now, in words.</summary>
    public string State => _link.Why();

    /// <inheritdoc/>
    public ValueTask<CommandResult> ExecuteAsync(
        ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, default, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CommandResult> ExecuteAsync(
        ReadOnlyMemory<byte> command, Memory<byte> result, CancellationToken cancellationToken = default)
    {
        if (Check(command, cancellationToken) is { } wrong)
        {
            return ValueTask.FromException<CommandResult>(wrong);
        }

        while (true)
        {
            var session = Unordered();
            if (session.TryExecute(new(command, result), cancellationToken, out var refusal) is { } waiter)
            {
                return waiter.Task;
            }

            // A session that has expired never took this command: it goes into the next one.
            if (_end is not null || !session.IsEnded)
            {
                return ValueTask.FromException<CommandResult>(refusal!); // it was not taken
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<QueryResult> QueryAsync(
        ReadOnlyMemory<byte> query,
        ReadConsistency consistency = default,
        CancellationToken cancellationToken = default) =>
        Check(query, cancellationToken) is { } wrong
            ? ValueTask.FromException<QueryResult>(wrong)
            : _queries.Ask(query, consistency, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<ICommandStream> OpenStreamAsync(CancellationToken cancellationToken = default)
    {
        var session = Add(SessionMode.Ordered, _options.StreamWindowMax);
        try
        {
            session.Open();
            await session.Opened.WaitAsync(
                _options.Timeout, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return new CommandStream(this, session);
        }
        catch (TimeoutException)
        {
            await CloseAsync(session).ConfigureAwait(false);
            throw new PaxosException(
                PaxosError.Timeout, $"{_link.Why()}; waited {_options.Timeout.TotalSeconds:0.0} s for a session");
        }
        catch (OperationCanceledException)
        {
            await CloseAsync(session).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_end is not null)
            {
                return;
            }

            _end = new(PaxosError.Stopped, "the client is closed");
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        _queries.End(_end);
        foreach (var (_, session) in _all)
        {
            await CloseAsync(session).ConfigureAwait(false);
        }

        await _channel.DisposeAsync().ConfigureAwait(false);
    }

    void IClientChannelReceiver.OnConnected()
    {
        _link.OnConnected();
        ResendAll();
    }

    void IClientChannelReceiver.OnDisconnected(string why) => _link.OnDisconnected();

    void IClientChannelReceiver.OnFrame(ClientFrame frame)
    {
        switch (frame)
        {
            case ClientResults results:
                OnResults(results);
                break;
            case ClientResult result:
                var entry = new ResultEntry(
                    result.Session, result.Sequence, result.Error, result.Detail, result.Slot, result.Result);
                if (Find(entry) is { } session)
                {
                    session.OnResult(entry, result.Durability);
                    Settle(session);
                }

                break;
            case ClientQueryResult result:
                _queries.On(result);
                break;
            case ClientStatus status when status.Group == _options.Group:
                OnStatus(status);
                break;
            default:
                // Frames of the other direction.
                break;
        }
    }

    internal async ValueTask CloseAsync(ClientSession session)
    {
        var tell = session.Close();
        Forget(session);
        if (tell is not null)
        {
            // Only a courtesy: a session that is not closed expires.
            Task telling = _link.SendAsync(tell).AsTask();
            await telling.WaitAsync(CloseTimeout, _options.TimeProvider)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal Exception? Check(ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return new OperationCanceledException(token);
        }

        return bytes.Length > _options.CommandBytesMax
            ? new PaxosException(
                PaxosError.BadRequest,
                $"{bytes.Length} bytes are more than the {_options.CommandBytesMax} that one command or query may have")
            : null;
    }

    private void OnResults(ClientResults frame)
    {
        var isKept = frame.IsTentative;
        var rest = LentMemory.View(frame.Results);
        while (!rest.IsEmpty)
        {
            var next = rest;
            if (!ResultEntry.TryRead(ref next, out var entry))
            {
                return;
            }

            if (Find(entry) is not { } session)
            {
                rest = next;
                continue;
            }

            if (frame.IsTentative)
            {
                session.OnTentative(entry);
                rest = next;
                continue;
            }

            isKept |= session.OnResults(ref rest, frame.Durability, entry.Session);
            Settle(session);
        }

        if (isKept)
        {
            // By callers: what comes twice is given back at neither time.
            LentMemory.Keep(frame.Results);
        }
        else
        {
            frame.GiveBack();
        }
    }

    private ClientSession? Find(in ResultEntry entry)
    {
        if (entry.Session != SessionId.None)
        {
            return _sessions.GetValueOrDefault(entry.Session);
        }

        if (_all.TryGetValue(entry.Sequence, out var session)
            && entry.Error == PaxosError.None && entry.Result.Length == sizeof(long))
        {
            // Before the session hears of it: its first results may follow at once, on another thread.
            _sessions[new(BinaryPrimitives.ReadInt64LittleEndian(entry.Result.Span))] = session;
        }

        return session;
    }

    private void Settle(ClientSession session)
    {
        if (session.IsEnded)
        {
            Forget(session);
        }
    }

    private void OnStatus(ClientStatus status)
    {
        if (status.Id == ClientStatus.Busy)
        {
            _link.OnBusy(status.Text);
            foreach (var (_, session) in _all)
            {
                session.OnBusy();
            }

            return;
        }

        _link.OnStatus(status);
        if (status.Addresses.Count > 0)
        {
            (_channel as IEndpointChannel)?.Find(status.Addresses);
        }

        if (status.Id == ClientStatus.TurnedAway)
        {
            _channel.MoveOn(status.Text);
            return;
        }

        // Told unasked: the leader has changed, and what was on its way to the old one is lost.
        if (status.Id == 0 && status.Leader.Length > 0)
        {
            ResendAll();
        }
    }

    private void ResendAll()
    {
        foreach (var (_, session) in _all)
        {
            session.ResendAll();
        }

        _queries.ResendAll();
    }

    private void OnTick()
    {
        var now = _link.Now;
        var stalled = _queries.OnTick(now);
        foreach (var (_, session) in _all)
        {
            stalled |= session.OnTick(now);
        }

        if (stalled)
        {
            _link.OnStalled(now);
        }

        _link.OnTick(now);
    }

    private ClientSession Unordered()
    {
        if (_unordered is { } current && !current.IsEnded)
        {
            return current;
        }

        lock (_gate)
        {
            if (_unordered is { } other && (_end is not null || !other.IsEnded))
            {
                return other;
            }

            return _unordered = Add(SessionMode.Unordered, _options.WindowMax);
        }
    }

    private ClientSession Add(SessionMode mode, int window)
    {
        var session = new ClientSession(_link, mode, window);
        ImmutableInterlocked.Update(ref _all, static (all, added) => all.Add(added.Opening, added), session);
        if (_end is not null)
        {
            session.Close();
            Forget(session);
        }

        return session;
    }

    private void Forget(ClientSession session)
    {
        ImmutableInterlocked.Update(ref _all, static (all, over) => all.Remove(over.Opening), session);
        if (session.Id != SessionId.None)
        {
            _sessions.TryRemove(session.Id, out _);
        }
    }
}
