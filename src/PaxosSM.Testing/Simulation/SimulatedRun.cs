using PaxosSM.Runtime.Groups;

namespace PaxosSM.Testing.Simulation;

/// <summary>One run of a plan, from the first start to the last look.</summary>
internal sealed class SimulatedRun
{
    private const long LookMicros = 100_000;

    /// <summary>I13's bound until somebody leads, in election timeouts.</summary>
    internal const int LeadTimeouts = 12;

    /// <summary>And until what was asked for is answered.</summary>
    internal const int AnswerTimeouts = 30;

    // Until what was committed is taken outside: one that is read alone takes a delivery, and a command that
    // acknowledges it, so the more wait, the longer it takes. And until replicas are equal.
    private const int DeliverTimeouts = 60;
    private const int EffectsATimeout = 2;
    private const int EqualTimeouts = 30;

    // Of a group beside the first one: how many clients it has, and which part of the first one's load.
    private const int GroupClients = 2;
    private const int GroupRateShare = 4;
    private readonly Dictionary<GroupId, GroupLoad> _loads = [];
    private readonly FaultInjector _faults;
    private readonly IReadOnlyList<SimulationProperty> _properties =
    [
        new AcknowledgementsAreKept(),
        new SessionsAreInOrder(),
        new ReplicasAreEqual(),
        new HistoryIsConsistent(),
        new MemoryIsBounded(),
        new RemovedGroupsAreGone(),
        new NothingIsChosenWhileWedged(),
        new EffectsAreTaken(),
        new DestinationsAreServed(),
    ];

    public SimulatedRun(SimulationPlan plan, SimulationOptions options)
    {
        Plan = plan;
        Options = options;
        World = new(plan.Seed);
        Log = new(World, options.Trace);
        First = new(this, GroupId.Default, plan.Clients, null);
        _loads[GroupId.Default] = First;
        Cluster = new(
            plan,
            World,
            Log,
            (process, group) => _loads[group].NewMachine(process),
            options.Events)
        {
            EffectsOf = (process, group) => _loads[group].EffectsAt(process),
        };
        _faults = new(Cluster);
        Cluster.QuorumLost += First.Depart;
        Cluster.WentOn += OnWentOn;
        if (Cluster.Catalog is { } catalog)
        {
            catalog.Made += OnMade;
            catalog.Removed += group => _loads[group.Id].End();
        }
    }

    public SimulationPlan Plan { get; }

    public SimulationOptions Options { get; }

    public World World { get; }

    public RunLog Log { get; }

    public SimulatedCluster Cluster { get; }

    /// <summary>The first group.</summary>
    public GroupLoad First { get; }

    /// <summary>All groups of the run, in the order of their making; removed ones too.</summary>
    public IEnumerable<GroupLoad> Loads => _loads.Values.OrderBy(load => load.Group.Value);

    /// <summary>Whether clients go on calling.</summary>
    public bool IsLoading { get; private set; } = true;

    public SimulationResult Run()
    {
        Cluster.Begin();
        First.Begin();
        _faults.Plan(Plan.Faults);
        Look();
        World.RunUntil(World.Micros(Plan.Duration));
        Finish();
        LookAtEnd();
        foreach (var load in Loads)
        {
            Tell(load);
        }

        Log.Count("events", World.Events);
        Log.Count("wedged epochs", Cluster.Wedges.Count);
        var told = Loads.FirstOrDefault(load => load.BrokenHistory is not null) ?? First;
        Options.Histories?.Invoke(told.History.Capture(), told.Workload.Model, told.BrokenHistory);
        var violation = World.Broken is { } broken ? broken with { Tail = Log.Tail } : null;
        return new(violation, Log.Hash, Log.Counts, TimeSpan.FromMicroseconds(World.Now));
    }

    private void Tell(GroupLoad load)
    {
        var witness = load.Witness;
        Log.Mix((ulong)load.Acknowledged.Count, (ulong)witness.Count);
        Log.Count("slots shown ahead of choice", witness.Shown);
        Log.Count("slots confirmed", witness.Confirmed);
        Log.Count("slots taken back", witness.TakenBack);
    }

    private void OnWentOn(Slot? kept)
    {
        if (kept is { } through)
        {
            First.Fork(through, Cluster.Forks!.Next!); // it went on
        }

        First.Begin();
    }

    // A group beside the first one has a few clients, and the others' load is as it would be without.
    private void OnMade(GroupInfo group)
    {
        var plan = Plan.Clients with
        {
            Count = GroupClients,
            Streams = 1,
            RatePerSecond = Math.Max(GroupClients, Plan.Clients.RatePerSecond / GroupRateShare),
            BusyFactor = 1,
        };
        GroupLoad load = new(this, group.Id, plan, group.Founders);
        _loads[group.Id] = load;
        World.After(0, load.Begin);
    }

    private void Look()
    {
        foreach (var property in _properties)
        {
            if (property.Look(this) is { } wrong)
            {
                World.Break(property.Name, wrong);
            }
        }

        World.After(LookMicros, Look);
    }

    // I13: once the network is whole and a quorum lives, every command finishes and the frontier moves.
    private void Finish()
    {
        IsLoading = false;
        Cluster.Heal();
        Must(LeadTimeouts, () => Cluster.Leader is not null, WhoIsThere);
        Must(LeadTimeouts, () => Cluster.Newest is not { Configuration.IsWedged: true }, () => "it is wedged");
        Must(AnswerTimeouts, AllAnswered, WhoWaits);
        foreach (var client in Clients)
        {
            client.CallUntilOneSucceeds();
        }

        Must(AnswerTimeouts, AllAnswered, WhoWaits);
        Must(DeliverTimeouts + (Living.Sum(load => load.Effects.Waiting) / EffectsATimeout), AllDelivered, WhatWaits);
        Must(EqualTimeouts, () => Living.All(load => load.AreEqual()) && AreSettled(), WhoIsBehind);
    }

    private IEnumerable<GroupLoad> Living => Loads.Where(load => !load.IsOver);

    private List<SimulatedClient> Clients => [.. Living.SelectMany(load => load.Clients)];

    private bool AllAnswered() => _faults.Wishes == 0 && Living.All(load => load.Open == 0);

    private bool AllDelivered() => Living.All(load => load.Effects.Waiting == 0);

    private string WhatWaits() => string.Join(", ", Living.Where(load => load.Effects.Waiting > 0).Select(
        load => $"{load.Effects.Waiting} effects of {load.Group} wait, the oldest is {load.Effects.Oldest}"));

    private bool AreSettled() => Cluster.Nodes.All(node => node.Process is not { IsAlive: true, Groups: { } groups }
        || groups.IsSettled);

    private const string Progress = "I13 progress";

    private void Must(int timeouts, Func<bool> done, Func<string> why)
    {
        var bound = World.Micros(Plan.Protocol.ElectionTimeout * timeouts);
        if (!World.RunUntil(World.Now + bound, done))
        {
            World.Break(Progress, $"{why()}, {timeouts} election timeouts after the world was whole again");
        }
    }

    private string WhoIsThere() => "nobody leads; " + string.Join(", ", Cluster.Nodes.Select(node => node switch
    {
        { Dead: { } why } => $"{node.Name} is dead: {why}",
        { Process: { IsAlive: true } process } => $"{node.Name} {process.Status?.Waiting ?? "waits for genesis"}",
        _ => $"{node.Name} is down",
    }));

    private string WhoWaits() => string.Join(
        "; ",
        Clients.Where(client => client.Open > 0).Select((client, index) =>
            $"client {index} waits for {client.Open}: {client.State}; before: {client.Failure?.Message}")
            .Prepend($"{_faults.Wishes} wishes for groups are open"));

    private string WhoIsBehind()
    {
        var applied =
            from load in Living
            from each in load.Learners
            select $"{each.Node.Name} has applied {each.Replica.Execution!.Applied} of {load.Group}";
        var unsettled =
            from node in Cluster.Nodes
            where node.Process is { IsAlive: true, Groups.IsSettled: false }
            select $"{node.Name} {node.Process!.Groups!.State}";
        return string.Join(", ", applied.Concat(unsettled));
    }

    private void LookAtEnd()
    {
        foreach (var (property, load) in _properties.SelectMany(property => Loads.Select(load => (property, load))))
        {
            if (World.Broken is null && property.LookAtEnd(load) is { } wrong)
            {
                World.Break(property.Name, load == First ? wrong : $"{load.Group}: {wrong}");
            }
        }
    }
}
