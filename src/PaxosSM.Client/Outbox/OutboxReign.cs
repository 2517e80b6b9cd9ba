namespace PaxosSM.Client;

/// <summary>Delivers one group's outbox while this node leads the group, once: a deliverer for each destination, that
/// keeps its order.</summary>
/// <remarks>
/// <para>Leading is advice: another node may deliver at the same time, and receivers tell repeats by the token.</para>
/// <para>Where there are more destinations than places, they take turns: what comes for one without end keeps nobody
/// else's waiting.</para>
/// </remarks>
internal sealed class OutboxReign
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoppedDelivery> _stopped = new(StringComparer.Ordinal);
    private readonly OutboxGroup _group;
    private readonly OutboxClient _outbox;
    private readonly CancellationToken _end;

    // The last one that was begun: the ring goes on from there.
    private string _last = string.Empty;

    /// <summary>Delivers nothing yet.</summary>
    /// <param name="group">Whose outbox it is, and how it is delivered.</param>
    /// <param name="outbox">Reads and acknowledges it, at this node.</param>
    /// <param name="stopped">What is not to be tried.</param>
    /// <param name="end">This node leads no more, or stops.</param>
    public OutboxReign(
        OutboxGroup group, OutboxClient outbox, IEnumerable<StoppedDelivery> stopped, CancellationToken end)
    {
        (_group, _outbox, _end) = (group, outbox, end);
        foreach (var each in stopped)
        {
            _stopped.Add(each.Destination, each);
        }
    }

    /// <summary>Whether something is being delivered.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return _running.Count > 0;
            }
        }
    }

    /// <summary>What was given up.</summary>
    public IReadOnlyList<StoppedDelivery> Stopped
    {
        get
        {
            lock (_gate)
            {
                return [.. _stopped.Values];
            }
        }
    }

    /// <summary>Tries again what was given up.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _stopped.Clear();
        }
    }

    /// <summary>Begins with the destinations that something waits for, as far as there is room.</summary>
    public async Task BeginAsync()
    {
        int known, free;
        string last;
        lock (_gate)
        {
            free = _group.Options.DestinationsMax - _running.Count;
            (known, last) = (_running.Count + _stopped.Count, _last);
        }

        if (free <= 0)
        {
            return; // the next one that is done wakes this
        }

        var waiting = await WaitingAsync(known + free, last).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var destination in waiting.Where(IsUnserved).Take(free).ToList())
            {
                _last = destination;
                _running.Add(destination, _group.Scheduling.StartAsync(() => RunAsync(destination)));
            }
        }
    }

    /// <summary>Completes when nothing is being delivered any more; after the end.</summary>
    public async Task DrainAsync()
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _running.Values];
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool IsUnserved(string destination) =>
        !_running.ContainsKey(destination) && !_stopped.ContainsKey(destination);

    private Task<IReadOnlyList<string>> WaitingAsync(int destinationsMax, string after) => _group.AskAsync(
        token => _outbox.DestinationsAsync(destinationsMax, after, ReadConsistency.Local, token), _end);

    private async Task<bool> IsPlaceWantedAsync()
    {
        int known;
        lock (_gate)
        {
            if (_running.Count < _group.Options.DestinationsMax)
            {
                return false;
            }

            known = _running.Count + _stopped.Count;
        }

        var waiting = await WaitingAsync(known + 1, string.Empty).ConfigureAwait(false);
        lock (_gate)
        {
            return waiting.Any(IsUnserved);
        }
    }

    private async Task RunAsync(string destination)
    {
        StoppedDelivery? stopped = null;
        try
        {
            stopped = await DeliverAsync(destination).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // What was not confirmed, the next leader delivers.
        }
        finally
        {
            lock (_gate)
            {
                _ = _running.Remove(destination);
                if (stopped is not null)
                {
                    _stopped[destination] = stopped;
                }
            }

            // What came meanwhile is looked for again, and whoever wants the place.
            _group.Wake();
        }

        if (stopped is not null)
        {
            _group.Events.Stopped(stopped);
        }
    }

    // Everything that waits; where others want the place, as much as the log is told of at once. Ends with nothing, or
    // with what can't be delivered.
    private async Task<StoppedDelivery?> DeliverAsync(string destination)
    {
        OutboxProgress progress = new(_group, _outbox, destination);
        while (true)
        {
            var entries = await _group.AskAsync(
                token => _outbox.ReadAsync(
                    destination,
                    _group.Options.ReadEntriesMax,
                    _group.Options.ReadBytesMax,
                    ReadConsistency.Local,
                    token),
                _end).ConfigureAwait(false);
            if (entries.Count == 0)
            {
                return null;
            }

            if (!progress.IsNext(entries[^1]))
            {
                return new(
                    destination, entries[0].Token, "is still there though the log was told: the machine is wrong");
            }

            try
            {
                foreach (var entry in entries.Where(progress.IsNext))
                {
                    if (await TryDeliverAsync(entry).ConfigureAwait(false) is { } stopped)
                    {
                        return stopped;
                    }

                    if (await progress.ConfirmAsync(entry.Token, _end).ConfigureAwait(false))
                    {
                        break;
                    }
                }
            }
            finally
            {
                await progress.AcknowledgeAsync(_end).ConfigureAwait(false);
            }

            if (await IsPlaceWantedAsync().ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    private async Task<StoppedDelivery?> TryDeliverAsync(OutboxEntry entry)
    {
        try
        {
            // A handler that does not heed its token is left behind: what it does later, the receiver's filter knows.
            _ = await _group.Retry.RunAsync(
                async end =>
                {
                    await _group.Retry.WithinAsync(
                        _group.Options.DeliveryTimeout, late => _group.Handler.DeliverAsync(entry, late), end)
                        .ConfigureAwait(false);
                    return entry;
                },
                _group.Options.AttemptsMax,
                (attempts, pause, why) => _group.Events.Failed(entry, attempts, pause, why),
                _end).ConfigureAwait(false);
            _group.Events.Delivered(entry.Token.Group);
            return null;
        }
#pragma warning disable CA1031 // a handler is the application's: whatever it throws stops this destination, and is told
        catch (Exception failure) when (!_end.IsCancellationRequested)
#pragma warning restore CA1031
        {
            var times = _group.Options.AttemptsMax;
            return new(entry.Destination, entry.Token, $"failed {times} times, at last: {failure.Message}");
        }
    }
}
