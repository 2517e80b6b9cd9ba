using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>
/// What sessions and queries of one client share: channel, clock, settings, and what is known of the cluster's state.
/// </summary>
internal sealed class ClientLink
{
    // For a few of them, far more than it costs to wake a thread, and than a thread is kept from its processor for.
    private static readonly TimeSpan SlowContinuations = TimeSpan.FromMicroseconds(400);
    private readonly IClientChannel _channel;
    private readonly double _microsecondsPerTick;
    private volatile string? _status;
    private volatile string? _busy;
    private volatile bool _connected;
    private volatile bool _leaderKnown = true;
    private volatile bool _wedged;
    private volatile bool _askDue;
    private long _askedAt;
    private long _unansweredSince;
    private long _stalledSince;
    private long _lastRequest;
    private readonly CompletionQueue _completions = new(SlowContinuations);

    public ClientLink(IClientChannel channel, PaxosClientOptions options)
    {
        _channel = channel;
        Options = options;
        _microsecondsPerTick = 1e6 / options.TimeProvider.TimestampFrequency;
        var quarter = options.Timeout / 4;
        StallAfter = quarter < options.ResendInterval ? quarter : options.ResendInterval;
    }

    public PaxosClientOptions Options { get; }

    public ClientScheduling Scheduling => Options.Scheduling;

    /// <summary>Tells the end of a call soon, not within this one: a continuation on the executor's thread would let
    /// one caller hold up all others.</summary>
    public void Complete(ICompletion end)
    {
        if (Scheduling.IsPool)
        {
            _completions.Add(end);
        }
        else
        {
            Scheduling.Complete(end.Complete);
        }
    }

    /// <summary>From here on, ends that this thread completes wait for <see cref="EndEnds"/>, to be told
    /// together.</summary>
    public void BeginEnds()
    {
        if (Scheduling.IsPool)
        {
            CompletionQueue.BeginGather();
        }
    }

    /// <summary>Tells the ends soon.</summary>
    /// <param name="send">A send that is due after the continuations; null for none.</param>
    public void EndEnds(IThreadPoolWorkItem? send)
    {
        if (Scheduling.IsPool)
        {
            _completions.EndGather(send);
        }
        else if (send is not null)
        {
            Scheduling.Send(send);
        }
    }

    /// <summary>Runs a send soon, not within this call: after the continuations that run on this thread, if any do, so
    /// that what they ask for leaves together.</summary>
    public void Run(IThreadPoolWorkItem send)
    {
        if (!_completions.TryDefer(send))
        {
            Scheduling.Send(send);
        }
    }

    /// <summary>Whether continuations run on this thread now.</summary>
    public bool IsCompleting => _completions.IsRunningHere;

    public bool IsConnected => _connected;

    /// <summary>Whether the node says that the group takes no commands: none is sent, and none more is taken.</summary>
    public bool IsWedged => _wedged;

    public Instant Now => new((long)(Options.TimeProvider.GetTimestamp() * _microsecondsPerTick));

    public ValueTask<bool> SendAsync(ClientFrame frame) => _channel.SendAsync(frame);

    public void MoveOn(string why) => _channel.MoveOn(why);

    /// <summary>How long nothing comes before the node is asked why.</summary>
    public TimeSpan StallAfter { get; }

    public void OnConnected()
    {
        _status = null;
        _leaderKnown = true;
        _wedged = false;
        Volatile.Write(ref _unansweredSince, 0);
        OnProgress();
        _connected = true;
    }

    public void OnDisconnected() => _connected = false;

    /// <summary>The node said how it stands.</summary>
    public void OnStatus(ClientStatus status)
    {
        _status = status.Text;
        _leaderKnown = status.Leader.Length > 0;
        _wedged = status.IsWedged;
        if (status.Id == 0 || !_leaderKnown)
        {
            _busy = null; // It was another leader's queue.
        }

        Volatile.Write(ref _unansweredSince, 0);
    }

    /// <summary>The node did something useful.</summary>
    public void OnProgress()
    {
        _busy = null;
        Volatile.Write(ref _stalledSince, 0);
    }

    /// <summary>The cluster refuses commands for now; until the next progress that is what a wait waits for.</summary>
    public void OnBusy(string why)
    {
        _busy = $"busy: {why}";
        Volatile.Write(ref _unansweredSince, 0);
    }

    /// <summary>
    /// Something waits for longer than it should: asks why, and goes elsewhere when this node is of no use for long.
    /// </summary>
    public void OnStalled(Instant now)
    {
        if (!_connected || now - new Instant(_askedAt) < StallAfter)
        {
            return;
        }

        var since = Volatile.Read(ref _stalledSince);
        if (since == 0)
        {
            Volatile.Write(ref _stalledSince, now.Microseconds);
        }
        else if (now - new Instant(since) >= Options.MoveOnAfter && (!_leaderKnown || IsSilent(now)))
        {
            OnProgress();
            _channel.MoveOn(Why());
            return;
        }

        Ask(now);
    }

    /// <summary>Something was refused as <see cref="PaxosError.Wedged"/>. That may be over by now: the node is asked
    /// soon, and its answer counts.</summary>
    public void OnWedged()
    {
        _wedged = true;
        _askDue = true;
    }

    /// <summary>Time went by.</summary>
    public void OnTick(Instant now)
    {
        _completions.OnTick();
        Scheduling.OnTick();
        if (_askDue && _connected && now - new Instant(_askedAt) >= StallAfter)
        {
            Ask(now);
        }
    }

    /// <summary>What a wait waits for, as far as is known.</summary>
    public string Why()
    {
        if (_connected && _busy is { } busy && !IsSilent(Now))
        {
            return busy;
        }

        if (!_connected || _status is not { } status)
        {
            return _connected ? $"{_channel.State}, no answer yet" : _channel.State;
        }

        return IsSilent(Now) ? $"{_channel.State}, no answer any more; the last was: {status}" : status;
    }

    private bool IsSilent(Instant now)
    {
        var since = Volatile.Read(ref _unansweredSince);
        return since != 0 && now - new Instant(since) >= StallAfter * 2;
    }

    private void Ask(Instant now)
    {
        _askedAt = now.Microseconds;
        _askDue = false;
        Interlocked.CompareExchange(ref _unansweredSince, now.Microseconds, 0);

        // Not awaited: nothing depends on it, and the next one follows soon.
        _ = AskAsync(new ClientStatusRequest(Options.Group, ++_lastRequest));
    }

    private async Task AskAsync(ClientStatusRequest request) => await _channel.SendAsync(request).ConfigureAwait(false);
}
