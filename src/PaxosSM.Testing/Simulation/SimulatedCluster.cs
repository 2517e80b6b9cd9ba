using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Groups;
using PaxosSM.Runtime.Tracing;
using PaxosSM.Takeover;
using PaxosSM.Testing.Traces;

namespace PaxosSM.Testing.Simulation;

/// <summary>All machines of a run, and the network between them.</summary>
internal sealed class SimulatedCluster
{
    private const long RestartMicros = 200_000;
    private readonly Dictionary<GroupId, TraceChecker> _checkers = [];
    private readonly Func<SimulatedProcess, GroupId, IStateMachine> _newMachine;
    private readonly Action<TraceEvent>? _events;
    private readonly HashSet<NodeId> _doubled = [];
    private Dictionary<GroupId, TraceChecker> _exiles = [];
    private bool _somebodyLied;

    /// <summary>Machines that are off yet.</summary>
    /// <param name="plan">The members, and how their machines are.</param>
    /// <param name="world">True time and chance.</param>
    /// <param name="log">Where it is told what happens.</param>
    /// <param name="newMachine">Makes a process' machine for a group.</param>
    /// <param name="events">Takes each event of the protocol; null when nobody listens.</param>
    public SimulatedCluster(
        SimulationPlan plan,
        World world,
        RunLog log,
        Func<SimulatedProcess, GroupId, IStateMachine> newMachine,
        Action<TraceEvent>? events)
    {
        Plan = plan;
        World = world;
        Log = log;
        _newMachine = newMachine;
        _events = events;
        Network = new(world, log, plan);
        Wedges = new(plan.Faults.Any(fault => fault is Wedge));
        Forks = plan.Force is null ? null : new(log, world);
        Configured = new(
            Epoch.First,
            [
                .. plan.Members.Select((roles, place) => new Member(
                    new((ushort)place), $"n{place}", $"n{place}:1", roles, StorageId.None)),
            ],
            plan.Quorums);
        _checkers[GroupId.Default] = new(GroupId.Default, Configured);
        if (plan.HostsGroups)
        {
            _checkers[GroupCatalog.Id] = new(GroupCatalog.Id, Configured);
            Catalog = new(world);
            Catalog.Made += group => _checkers[group.Id] = NewChecker(group);
        }

        Torn = FairPlan.Damageable(plan, new(world.Random.Next()));
        Nodes = [.. plan.Members.Select((roles, place) => new SimulatedNode(this, place, roles))];
        Learners = [.. Nodes.Where(node => MayLearn(plan, node.Place))];
        Network.Join(Nodes);
    }

    public SimulationPlan Plan { get; }

    public World World { get; }

    public RunLog Log { get; }

    public SimulatedNetwork Network { get; }

    /// <summary>Sees what is chosen while the group is wedged.</summary>
    public WedgeWatch Wedges { get; }

    /// <summary>Sees what was applied before a quorum is lost for ever; null where none is.</summary>
    public ForkHistory? Forks { get; }

    /// <summary>Told when all processes have ended since a quorum is taken for lost (R33).</summary>
    public event Action? QuorumLost;

    /// <summary>Told when it is known how it goes on: with everything through a slot, and nothing else that was
    /// applied; or with all that there was, as the quorum was there after all.</summary>
    public event Action<Slot?>? WentOn;

    /// <summary>The nodes whose unflushed sectors may reach the disk in any order when the power goes; elsewhere they
    /// do in order.</summary>
    /// <remarks>R24: a tear that can't be told from damage is damage, so of these there may be no more than of damaged
    /// disks.</remarks>
    public IReadOnlyList<int> Torn { get; }

    /// <summary>What the catalogs of groups said; null where the plan has no groups beside the first one.</summary>
    public CatalogHistory? Catalog { get; }

    /// <summary>Finds what a process' group does outside the cluster (R27); null where nobody asks.</summary>
    public Func<SimulatedProcess, GroupId, EffectLedger>? EffectsOf { get; init; }

    /// <summary>Whether nothing goes wrong any more.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The members; their storages are not known before genesis.</summary>
    public Configuration Configured { get; }

    public IReadOnlyList<SimulatedNode> Nodes { get; }

    /// <summary>The nodes that serve clients, in some epoch.</summary>
    public IReadOnlyList<SimulatedNode> Learners { get; }

    /// <summary>Whether genesis has ended everywhere: until then every member is needed (R13).</summary>
    public bool IsFounded { get; private set; }

    public SimulatedNode? Find(NodeId id) => id.Value < Nodes.Count ? Nodes[id.Value] : null;

    /// <summary>The newest epoch that some process is in; null before genesis.</summary>
    public EpochStart? Newest => Nodes.Select(EpochOf).MaxBy(start => start?.Epoch.Number ?? 0);

    /// <summary>The member that leads in the newest epoch, as it believes; null for nobody.</summary>
    public SimulatedNode? Leader => Newest is { } newest
        ? Nodes.FirstOrDefault(node => EpochOf(node)?.Epoch == newest.Epoch
            && node.Process!.Status!.Leader == node.Id)
        : null;

    /// <summary>Whether the node is to hold what all others hold: it learns in the newest epoch.</summary>
    public bool IsLearner(SimulatedNode node) => Newest is { } newest && newest.Epoch > Epoch.First
        ? newest.Configuration.Lists(node.Id, node.Storage)
            && newest.Configuration.Learners.Contains(node.Id)
        : (node.Roles & MemberRoles.Learner) != 0;

    /// <summary>Starts all machines.</summary>
    public void Begin()
    {
        const long StartMicros = 20_000;
        foreach (var node in Nodes)
        {
            World.After(World.Random.Below(StartMicros), node.Start);
        }
    }

    /// <summary>Nothing goes wrong from now on, and what is down starts.</summary>
    public void Heal()
    {
        IsWhole = true;
        var calm = Plan.Network with { LossPermille = 0, DuplicatePermille = 0, LatePermille = 0 };
        Network.Heal(calm);
        foreach (var node in Nodes)
        {
            node.Heal();
            node.Process?.Outboxes?.Resume();
            if (node.Process is { IsAlive: true, Halted: not null })
            {
                node.Crash(0, true, TimeSpan.FromMilliseconds(1));
            }
            else
            {
                node.Start();
            }
        }

        if (Log.IsTraced)
        {
            Log.Tell("world", "is whole from now on");
        }
    }

    public IStateMachine NewMachine(SimulatedProcess process, GroupId group) => _newMachine(process, group);

    public void OnEvent(SimulatedProcess process, in TraceEvent traced)
    {
        // A copy of a member is nobody: its votes don't count.
        if (process.Node.IsCopy)
        {
            return;
        }

        if (traced.Happened is EpochBegan began && traced.Group == GroupId.Default && !process.Node.IsExile)
        {
            Wedges.OnBegan(began.Start);
        }

        Log.On(in traced);
        _events?.Invoke(traced);
        if (CheckerOf(traced.Group, process.Node)?.On(in traced) is { } violation)
        {
            World.Break(violation.Rule, violation.ToString());
        }
    }

    /// <summary>The first group's value was applied.</summary>
    public void OnApplied(SimulatedNode node, in ChosenValue value)
    {
        if (!node.IsExile)
        {
            Wedges.OnApplied(in value);
            Forks?.OnApplied(node, in value);
        }
    }

    /// <summary>A quorum is taken for lost: no process runs any more.</summary>
    public void OnQuorumLost() => QuorumLost?.Invoke();

    /// <summary>It was there after all.</summary>
    public void OnGivenUp() => WentOn?.Invoke(null);

    /// <summary>Survivors go on in a fork of their own; everybody else is left behind (R33).</summary>
    public void OnForced(ForcedEnd end, IReadOnlyList<SurvivorHoldings> survivors)
    {
        var before = _checkers[GroupId.Default];
        var kept = Forks!.Begin(end, survivors, before); // a plan with such a fault has it
        _exiles = new(_checkers);
        _checkers[GroupId.Default] = before.Fork(end.Before, end.Next!.Base); // it is forced
        Wedges.OnForked(end.Before, kept);
        WentOn?.Invoke(kept);
    }

    /// <summary>A group does not start at a process: right only where its records may be damaged (R24).</summary>
    public void OnGroupFailed(SimulatedProcess process, GroupId group, string why)
    {
        Log.Count("groups that did not start");
        Tell(process.Node, $"does not start {group}: {why}");
        if (process.IsAlive && !process.Node.Disk.IsCrashed && !Torn.Contains(process.Node.Place))
        {
            World.Break("every group starts", $"{process.Node.Name} does not start {group}: {why}");
        }
    }

    /// <summary>A process begins to serve the group.</summary>
    public void OnServes(SimulatedNode node)
    {
        node.Founded = true;
        node.OnServes();
        IsFounded = Nodes.All(each => each.Founded);
    }

    public void OnStarted(SimulatedNode node)
    {
        Log.Count("starts");
        Log.Mix(node.Id.Value, 10);
        Tell(node, "starts");
        Network.OnStarted(node);
    }

    public void OnDied(SimulatedNode node, bool powerCut)
    {
        Log.Count("deaths");
        Log.Mix(node.Id.Value, 11);
        Tell(node, powerCut ? "loses power" : "dies");

        // Without power nobody says goodbye: the others find out by silence.
        if (!powerCut)
        {
            Network.OnEnded(node);
        }
    }

    public void OnRefusedToStart(SimulatedNode node, string why)
    {
        Log.Count("starts refused");
        node.Dead = why;
        node.Lost = true;
        Tell(node, $"refuses to start: {why}");
    }

    public void OnHalted(SimulatedProcess process, string why)
    {
        Log.Count("halts");
        Tell(process.Node, $"halts: {why}");
        if (!process.DeviceFailed && !_somebodyLied)
        {
            World.Break("no replica halts without a reason", $"{process.Node.Name} halted: {why}");
        }

        if (IsWhole)
        {
            // A lie told before may be found out only now: somebody looks at the replica, and starts it again.
            process.Node.Crash(0, true, TimeSpan.FromMilliseconds(1));
        }
    }

    /// <summary>A second process runs on a copy of a member's disk for a while.</summary>
    public void Copy(SimulatedNode original, TimeSpan span)
    {
        SimulatedNode copy = new(this, original.Place, original.Roles) { IsCopy = true };
        copy.Replace(original.Disk.Clone(), original.Store.Clone());
        Network.Intrude(copy, original, Nodes);
        _ = _doubled.Add(original.Id);
        foreach (var (_, checker) in _checkers)
        {
            checker.OnDoubled(original.Id);
        }

        copy.Start();
        if (copy.Process is not { IsAlive: true } process)
        {
            return;
        }

        original.LifeOfCopies = Math.Max(original.LifeOfCopies, process.Members!.Self.Incarnation); // it has started
        World.After(World.Micros(span), () =>
        {
            process.Die();
            RestartPastCopies(original);
        });
    }

    // A copy's life has the number of the member's next one: the others refuse the member until it is past that, and
    // raise an alarm; whoever looks after it restarts it.
    private void RestartPastCopies(SimulatedNode node)
    {
        if (node.Lost || node.Process is { IsAlive: true, Members: { } members }
            && members.Self.Incarnation > node.LifeOfCopies)
        {
            return;
        }

        node.Crash(0, false, TimeSpan.FromMilliseconds(1));
        World.After(RestartMicros, () => RestartPastCopies(node));
    }

    /// <summary>A machine tells a wrong digest from now on: where that is found out, a halt is right (R28).</summary>
    public void OnLied()
    {
        foreach (var (_, checker) in _checkers)
        {
            checker.OnLied();
        }

        _somebodyLied = true;
    }

    private TraceChecker NewChecker(GroupInfo group)
    {
        TraceChecker checker = new(group.Id, group.Founders);
        foreach (var node in _doubled)
        {
            checker.OnDoubled(node);
        }

        if (_somebodyLied)
        {
            checker.OnLied();
        }

        return checker;
    }

    // Whoever is no member of a group learns what the catalog lists all the same; nobody counts on it.
    private TraceChecker? CheckerOf(GroupId group, SimulatedNode node) =>
        group.Value > GroupCatalog.Id.Value && Catalog!.FoundersOf(group)?.Find(node.Id) is null
            ? null
            : (node.IsExile ? _exiles : _checkers).GetValueOrDefault(group);

    private static EpochStart? EpochOf(SimulatedNode node) =>
        node is { IsExile: false, Process: { IsAlive: true, Status.Epoch: { } start } } ? start : null;

    private static bool MayLearn(SimulationPlan plan, int place) =>
        plan.Faults.OfType<Reconfigure>().Select(change => NextMembers.Of(plan, change).Roles[place])
            .Append(plan.Members[place])
            .Any(roles => (roles & MemberRoles.Learner) != 0);

    private void Tell(SimulatedNode node, string what)
    {
        if (Log.IsTraced)
        {
            Log.Tell(node.Name, what);
        }
    }
}
