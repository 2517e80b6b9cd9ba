namespace PaxosSM.Client;

/// <summary>Delivers one group's outbox at one node: at least once, in order for each destination, while the node leads
/// the group (R27).</summary>
/// <remarks>It sleeps until something was applied or the leader changed. What it reads is chosen, applied here, and
/// durable as the group's class says: never what is only speculated (R18).</remarks>
internal sealed class OutboxDispatcher : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly OutboxGroup _group;
    private readonly OutboxWakes _wakes;
    private readonly Task _running;
    private volatile CancellationTokenSource? _leads;
    private OutboxReign? _reign;
    private IReadOnlyList<StoppedDelivery> _stopped = [];

    /// <summary>Waits to lead.</summary>
    public OutboxDispatcher(OutboxGroup group)
    {
        _group = group with { Wake = Wake };
        _wakes = new(group.Scheduling);
        _running = group.Scheduling.StartAsync(RunAsync);
    }

    /// <summary>What this node has given up, while it leads.</summary>
    public IReadOnlyList<StoppedDelivery> Stopped
    {
        get
        {
            lock (_gate)
            {
                return _reign?.Stopped ?? _stopped;
            }
        }
    }

    /// <summary>Something was applied. Any thread; does not block.</summary>
    public void Wake()
    {
        if (_leads is not null)
        {
            _wakes.Set();
        }
    }

    /// <summary>Somebody leads, or nobody. Any thread; does not block.</summary>
    public void OnLeader(NodeId leader)
    {
        CancellationTokenSource? over = null;
        lock (_gate)
        {
            if (leader != _group.Self)
            {
                (over, _leads, _stopped) = (_leads, null, []);
            }
            else if (_leads is null && !_stopping.IsCancellationRequested)
            {
                _leads = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            }
        }

        if (over is not null)
        {
            _ = EndAsync(over);
        }

        Wake();
    }

    /// <summary>Tries again what was given up.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _reign?.Resume();
            _stopped = [];
        }

        Wake();
    }

    public async ValueTask DisposeAsync()
    {
        await _group.Scheduling.CancelAsync(_stopping).ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    // Whoever waits goes on elsewhere: the caller is the node's loop.
    private async Task EndAsync(CancellationTokenSource leads)
    {
        await _group.Scheduling.CancelAsync(leads).ConfigureAwait(false);
        leads.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            // A reign that ended may have taken the next one's wake for its own.
            var isOver = Reign() is { } reign && await LeadAsync(reign).ConfigureAwait(false);
            if (!isOver)
            {
                await _wakes.WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private CancellationToken? Reign()
    {
        lock (_gate)
        {
            return _leads is { IsCancellationRequested: false } leads ? leads.Token : null;
        }
    }

    // A client's session costs the group a command and signs of life: it lasts while there is work.
    private async Task<bool> LeadAsync(CancellationToken end)
    {
        var client = _group.Connect();
        await using (client.ConfigureAwait(false))
        {
            OutboxReign reign;
            lock (_gate)
            {
                _reign = reign = new(_group, new(client), _stopped, end);
            }

            try
            {
                do
                {
                    await reign.BeginAsync().ConfigureAwait(false);
                    await _group.Scheduling.DelayAsync(_group.Options.WakeInterval, _group.Time, end)
                        .ConfigureAwait(false);
                }
                while (await WakesAsync(end).ConfigureAwait(false) || reign.IsBusy);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // Another node leads.
            }
            finally
            {
                await reign.DrainAsync().ConfigureAwait(false);
                lock (_gate)
                {
                    (_reign, _stopped) = (null, end.IsCancellationRequested ? [] : reign.Stopped);
                }
            }
        }

        return end.IsCancellationRequested;
    }

    private async Task<bool> WakesAsync(CancellationToken end)
    {
        using CancellationTokenSource idle = new(_group.Options.IdleAfter, _group.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, end);
        try
        {
            await _wakes.WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            return false;
        }
    }
}
