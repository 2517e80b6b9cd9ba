using PaxosSM.Election;
using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime;

/// <summary>Pumps one group's core: many steps, one append to the log, one flush of the sends. The only way from the
/// core to the world; the simulator runs this very class.</summary>
/// <remarks>
/// <see cref="Pump"/> and <see cref="Tick"/> belong to one thread, the node's loop; everything else may be called from
/// any. A core that breaks an invariant, a failed log or executor, and a divergence (R28) halt the replica, not the
/// process.
/// </remarks>
public sealed class ReplicaDriver : IReplica
{
    /// <summary>So often a pump takes what came meanwhile, before it carries out what was decided.</summary>
    private const int PassesMax = 4;

    private readonly Succession _core;
    private readonly ReplicaPorts _ports;
    private readonly Effects _effects;
    private readonly Inbox _inbox;
    private readonly WriteGate _gate;
    private readonly StatusBoard _status;
    private readonly ReconfigurationDesk _wishes = new();
    private readonly TransferDesk _transfers = new();
    private Received? _received;
    private GroupEpochs? _epochs;
    private bool _entering;

    /// <summary>A driver for a core that has not recovered yet.</summary>
    /// <param name="core">The core.</param>
    /// <param name="ports">The world.</param>
    /// <param name="wake">Called, from any thread, when there is something to pump.</param>
    public ReplicaDriver(Succession core, ReplicaPorts ports, Action<ReplicaDriver> wake)
    {
        Group = core.Context.Group;
        _core = core;
        _ports = ports;
        _effects = new(core.Context.Self);
        _inbox = new(() => wake(this));
        _gate = new(Group, ports.Log, _inbox.Wake);
        _status = new(core, ports);
    }

    /// <inheritdoc/>
    public GroupId Group { get; }

    /// <inheritdoc/>
    public ReplicaStatus Status => _status.Current;

    /// <summary>Whether it needs no ticks until something comes, or <see cref="RousesAt"/>. The loop's.</summary>
    public bool Rests => _core.Rests || _status.Halted is not null;

    /// <summary>When a driver that rests must be ticked, by the wall clock; never for never. The loop's.</summary>
    public LogTime RousesAt => _core.Replica.RousesAt;

    /// <summary>Lets it rest from the start, where nothing is left to do. After it has recovered, before the first
    /// pump.</summary>
    public void RestAtFirst()
    {
        _core.RestAtFirst();
        _status.Refresh();
    }

    /// <summary>Nothing more is done here: the group is no concern of this node any more.</summary>
    public void Leave()
    {
        const string Why = "this node does not host the group any more";
        if (_status.Halt(Why))
        {
            StopWishes(Why);
        }
    }

    /// <summary>Whether it was awake, or waited to be. The pump's.</summary>
    internal bool WasAwake { get; set; }

    /// <summary>Its place among those that the pump ticks; below zero for none. The pump's.</summary>
    internal int Place { get; set; } = -1;

    /// <summary>When the pump ticks it though it rests. The pump's.</summary>
    internal LogTime Alarm { get; set; } = LogTime.Never;

    /// <summary>Takes what the log read back, and hands what it shows to be chosen to the executor. Once, before the
    /// first pump.</summary>
    public void Recover() => Recover(_ports.Log.TakeRecovered(Group));

    /// <summary>The same, where the log's records were taken before.</summary>
    public void Recover(IReadOnlyList<RecoveredRecord> records)
    {
        _gate.Recover(LogExtent.Of(records).End);
        _core.Recover(records, NodeLoop.Now(_ports.Clock), _effects);
        TellEpochs();
        Report(_effects.Events);
        if (_effects.Applies.Count > 0)
        {
            _ports.Execution.Apply(_effects.Applies);
        }

        _effects.Clear();
        _status.Refresh(); // whoever asks before the first tick gets no answer from before the recovery
    }

    /// <inheritdoc/>
    public void Post(Input input) => _inbox.Post(input);

    /// <summary>Takes a message; completes when the replica keeps up, so that whoever reads it from the network
    /// waits.</summary>
    public ValueTask PostAsync(NodeId from, Epoch epoch, Message message)
    {
        if (message is SnapshotRequest or SnapshotPiece)
        {
            // R28: a state that differs must not spread.
            if (_status.Halted is null)
            {
                _ports.Snapshots.OnMessage(from, message);
                _inbox.Post(RouseRequested.Instance); // what is held for others is let go by ticks
            }

            return default;
        }

        _inbox.Post(from, epoch, message);
        return _inbox.WaitForSpaceAsync();
    }

    /// <summary>Ends the present epoch, and begins one with other members (R11). On the leader only; others refuse, and
    /// name it.</summary>
    /// <param name="expected">The epoch that shall end: compared before anything is set.</param>
    /// <param name="next">The members of the next one.</param>
    /// <param name="force">Don't wait for newcomers to be caught up (R15).</param>
    /// <param name="cancellationToken">Ends the wait; what was proposed may still come.</param>
    public async Task<ReconfigurationResult> ReconfigureAsync(
        Epoch expected, Configuration next, bool force, CancellationToken cancellationToken)
    {
        if (_status.Halted is { } halted)
        {
            return ReconfigurationResult.NotLeading(halted);
        }

        var (wish, result) = _wishes.Add(expected, next, force);
        _inbox.Post(wish);
        try
        {
            return await result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _wishes.Forget(wish);
        }
    }

    /// <summary>Has another node lead. On the leader only; others refuse, and name it. Bounded: a node that does not
    /// lead in a few election timeouts is given up, and this one leads on.</summary>
    /// <param name="to">The node.</param>
    /// <param name="cancellationToken">Ends the wait; the other may lead all the same.</param>
    public async Task<TransferAnswer> TransferLeadershipAsync(NodeId to, CancellationToken cancellationToken)
    {
        if (_status.Halted is { } halted)
        {
            return TransferAnswer.NotLeading(halted);
        }

        var (wish, result) = _transfers.Add(to);
        _inbox.Post(wish);
        try
        {
            return await result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _transfers.Forget(wish);
        }
    }

    /// <inheritdoc/>
    public PaxosError Submit(ReadOnlyMemory<byte> entries, int count)
    {
        if (_status.Halted is not null)
        {
            return PaxosError.Stopped;
        }

        if (_status.Current.Epoch is { Configuration: var members } && !members.Takes(entries))
        {
            return PaxosError.Wedged;
        }

        if (!_status.KnowsLeader)
        {
            if (_status.Current.Rests)
            {
                _inbox.Post(RouseRequested.Instance);
            }

            return PaxosError.NotLeader;
        }

        if (_inbox.IsFull)
        {
            return PaxosError.Busy;
        }

        _inbox.Post(entries, count);
        return PaxosError.None;
    }

    /// <summary>Time went by: look at the world's health, and tell the core.</summary>
    public void Tick(Instant now, LogTime wall)
    {
        _ports.Snapshots.OnTick(now);
        if ((_ports.Log.Failure ?? _ports.DeviceFailure()) is { } failure)
        {
            Halt($"the disk failed, so nothing may be promised or voted here any more (R1): {failure}");
        }
        else if (_ports.Execution.Failure is { } broken)
        {
            Halt(broken);
        }

        _inbox.Post(new Ticked(wall) { Busy = _ports.IsBusy() });
        _status.Refresh();
    }

    /// <summary>The log needs this group's old records gone: it takes a snapshot, and trims, even if it rests. On the
    /// pump's thread.</summary>
    public void RelieveLog()
    {
        Post(RouseRequested.Instance);
        Post(new SnapshotSaved(Slot.Zero) { FreesLog = true });
        if (_ports.Execution.Applied > _core.Replica.SnapshotThrough)
        {
            _ports.Execution.RequestSnapshot();
        }
    }

    /// <summary>Does everything there is to do.</summary>
    public void Pump(Instant now)
    {
        if (_status.Halted is not null)
        {
            _inbox.Clear();
            return;
        }

        try
        {
            if (IsEntering())
            {
                return;
            }

            _effects.TellsSlots = _ports.Events.WantsSlots;
            for (var pass = 0; pass < PassesMax && _inbox.TakeAll() is { Count: > 0 } arrivals; pass++)
            {
                // R20b: no input may meet a clock older than itself; a lease would end earlier here than its leader
                // counts.
                now = Later(now, NodeLoop.Now(_ports.Clock));
                for (var index = 0; index < arrivals.Count; index++)
                {
                    Step(arrivals[index], now);
                }
            }

            _core.EndRound(now, _effects);
            CarryOut();
            EnterNext(now);
            if (_core.Rests != _status.Current.Rests)
            {
                _status.Refresh(); // who rests gets no tick that would
            }
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            Halt($"{broken.Message}\n{broken.StackTrace}");
        }
    }

    // Nothing of an epoch is taken before it is durable how it began.
    private bool IsEntering()
    {
        if (_entering)
        {
            _inbox.Rest();
        }

        Release();
        _entering = _entering && !_gate.IsDrained;
        return _entering;
    }

    private static Instant Later(Instant left, Instant right) => left > right ? left : right;

    private void Step(in Arrival arrival, Instant now)
    {
        if (arrival.Input is { } input)
        {
            Step(input, now);
        }
        else if (arrival.Count > 0)
        {
            Submit(arrival, now);
        }
        else if (arrival.Message is SubmitRefused refused)
        {
            _ports.OnRefused(refused.Error, refused.Leader);
        }
        else
        {
            var message = arrival.Message!; // either is there
            _received ??= new(arrival.From, message);
            _received.Renew(arrival.From, arrival.Epoch, message);
            _core.Step(_received, now, _effects);
        }
    }

    private void Submit(in Arrival arrival, Instant now)
    {
        if (_core.Replica.MustBeRoused)
        {
            _core.Step(RouseRequested.Instance, now, _effects);
        }

        var error = _core.Submit(arrival.Entries, arrival.Count, _effects);
        if (error != PaxosError.None)
        {
            _ports.OnRefused(error, _core.Replica.LeaderNode);
        }
    }

    private void Step(Input input, Instant now)
    {
        if (input is DigestTaken digest)
        {
            _status.Digest = digest;
        }

        _core.Step(input, now, _effects);
    }

    // R14: what is of one epoch is durable, told and sent before anything of the next one is.
    private void EnterNext(Instant now)
    {
        while (_core.IsOver && _gate.IsDrained)
        {
            _entering = true;
            _core.Enter(now, _effects);
            _status.OnEpoch();
            TellEpochs();
            CarryOut();
            _wishes.On(_core.Start);
        }

        if (_core.Ahead != _epochs?.Ahead)
        {
            TellEpochs();
        }
    }

    private void TellEpochs()
    {
        _epochs = new(_core.Start, _core.Before, _core.Ahead);
        _ports.OnEpochs(_epochs);
    }

    private void CarryOut()
    {
        Report(_effects.Events);
        _gate.Append(_effects);
        Deliver(_effects.Sends);
        Apply();

        if (_effects.TakesBack || _effects.Tentative.Count > 0)
        {
            _ports.Execution.Anticipate(_effects.TakesBack, _effects.Tentative);
        }

        for (var index = 0; index < _effects.Reads.Count; index++)
        {
            _ports.OnReadBound(_effects.Reads[index] with { Epoch = _core.Epoch });
        }

        for (var index = 0; index < _effects.Answers.Count; index++)
        {
            _wishes.On(_effects.Answers[index]);
        }

        for (var index = 0; index < _effects.Transfers.Count; index++)
        {
            _transfers.On(_effects.Transfers[index]);
        }

        if (_effects.FetchSnapshot is { } source)
        {
            _ports.Snapshots.Start(source);
        }

        _effects.Clear();
        Release();
    }

    private void Apply()
    {
        if (_ports.AppliesAfterWrite)
        {
            _gate.Hold(_effects);
        }
        else if (_effects.Applies.Count > 0)
        {
            _ports.Execution.Apply(_effects.Applies);
        }
    }

    private void Release()
    {
        _gate.Release();
        if (_gate.Applies.Count > 0)
        {
            _ports.Execution.Apply(_gate.Applies);
        }

        Report(_gate.Events);
        Deliver(_gate.Envelopes);
        for (var index = 0; index < _gate.Freed.Count; index++)
        {
            _gate.Freed[index].GiveBack();
        }
    }

    private void Deliver(IReadOnlyList<Envelope> envelopes)
    {
        for (var index = 0; index < envelopes.Count; index++)
        {
            var (to, message) = envelopes[index];
            if (to == _core.Context.Self)
            {
                _inbox.Post(to, _core.Epoch, message);
            }
            else
            {
                _ports.Transport.Send(to, Group, _core.Epoch, message);
            }
        }
    }

    private void Report(IReadOnlyList<ProtocolEvent> events)
    {
        for (var index = 0; index < events.Count; index++)
        {
            var happened = events[index];
            _ports.Events.On(Group, happened);
            if (happened is LeaderChanged changed)
            {
                _status.OnLeader(changed);
            }
            else if (happened is Diverged diverged)
            {
                Halt($"its state differs from the other replicas' (R28): {diverged.Text}");
            }
        }
    }

    private void StopWishes(string why)
    {
        _wishes.Stop(why);
        _transfers.Stop(why);
    }

    private void Halt(string why)
    {
        if (_status.Halt(why))
        {
            StopWishes(why);

            // R18: nobody will tell this replica any more what became of it.
            _ports.Execution.Anticipate(takesBack: true, []);
            _ports.OnHalted(Group, why);
        }
    }
}
