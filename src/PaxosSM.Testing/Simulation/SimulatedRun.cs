using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.Simulation;

/// <summary>One run of a plan, from the first start to the last look.</summary>
internal sealed class SimulatedRun
{
    private const long LookMicros = 100_000;

    // I13's bounds, in election timeouts: until somebody leads, until what was asked for is answered, until replicas
    // are equal.
    private const int LeadTimeouts = 12;
    private const int AnswerTimeouts = 30;
    private const int EqualTimeouts = 30;
    private readonly FaultInjector _faults;
    private readonly IReadOnlyList<SimulationProperty> _properties =
    [
        new AcknowledgementsAreKept(),
        new SessionsAreInOrder(),
        new ReplicasAreEqual(),
        new HistoryIsConsistent(),
        new MemoryIsBounded(),
    ];

    public SimulatedRun(SimulationPlan plan, SimulationOptions options)
    {
        Plan = plan;
        Options = options;
        World = new(plan.Seed);
        Log = new(World, options.Trace);
        Workload = options.Workload();
        History = new(() => World.Now);
        Witness = new(World);
        Cluster = new(
            plan,
            World,
            Log,
            NewMachine,
            options.Events);
        _faults = new(Cluster);
        Clients = [];
    }

    public SimulationPlan Plan { get; }

    public SimulationOptions Options { get; }

    public World World { get; }

    public RunLog Log { get; }

    public IWorkload Workload { get; }

    public HistoryRecorder History { get; }

    public Witness Witness { get; }

    public SimulatedCluster Cluster { get; }

    public IReadOnlyList<SimulatedClient> Clients { get; private set; }

    /// <summary>What clients were told.</summary>
    public List<(ReadOnlyMemory<byte> Input, CommandResult Result)> Acknowledged { get; } = [];

    /// <summary>What the clients' history broke, once it was judged.</summary>
    public HistoryViolation? BrokenHistory { get; set; }

    /// <summary>Whether clients go on calling.</summary>
    public bool IsLoading { get; private set; } = true;

    /// <summary>The nodes whose machines count.</summary>
    public IEnumerable<SimulatedNode> Learners => Cluster.Nodes.Where(node =>
        node.Process is { IsAlive: true, Execution: not null } && Cluster.IsLearner(node));

    public SimulationResult Run()
    {
        Cluster.Begin();
        Clients = [.. Enumerable.Range(0, Plan.Clients.Count).Select(index => SimulatedClient.Join(this, index))];
        foreach (var client in Clients)
        {
            client.Run();
        }

        _faults.Plan(Plan.Faults);
        Look();
        World.RunUntil(World.Micros(Plan.Duration));
        Finish();
        LookAtEnd();
        Log.Mix((ulong)Acknowledged.Count, (ulong)Witness.Count);
        Log.Count("events", World.Events);
        Log.Count("slots shown ahead of choice", Witness.Shown);
        Log.Count("slots confirmed", Witness.Confirmed);
        Log.Count("slots taken back", Witness.TakenBack);
        Options.Histories?.Invoke(History.Capture(), Workload.Model, BrokenHistory);
        var violation = World.Broken is { } broken ? broken with { Tail = Log.Tail } : null;
        return new(violation, Log.Hash, Log.Counts, TimeSpan.FromMicroseconds(World.Now));
    }

    private IStateMachine NewMachine(SimulatedProcess process)
    {
        var machine = Workload.NewMachine();
        return Plan.OwnStores
            ? new SimulatedStoredMachine(new(machine, Witness, process), process)
            : Witnessed(machine, process);
    }

    public void OnAcknowledged(ReadOnlyMemory<byte> input, CommandResult result) => Acknowledged.Add((input, result));

    private IStateMachine Witnessed(IStateMachine machine, SimulatedProcess process)
    {
        WitnessedMachine witnessed = new(machine, Witness, process);
        return Plan.Optimistic && machine is IOptimisticStateMachine optimistic
            ? new OptimisticWitness(witnessed, optimistic, Witness, process)
            : witnessed;
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
        Must(AnswerTimeouts, () => Clients.All(client => client.Open == 0), WhoWaits);
        foreach (var client in Clients)
        {
            client.CallUntilOneSucceeds();
        }

        Must(AnswerTimeouts, () => Clients.All(client => client.Open == 0), WhoWaits);
        Must(EqualTimeouts, AreEqual, WhoIsBehind);
    }

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

    private string WhoWaits() => string.Join("; ", Clients.Where(client => client.Open > 0).Select((client, index) =>
        $"client {index} waits for {client.Open}: {client.State}; before: {client.Failure?.Message}"));

    private bool AreEqual() => Learners.Select(node => node.Process!.Execution!.Applied).Distinct().Count() <= 1
        && Learners.All(node => node.Process!.Execution!.Applied >= LastAcknowledged());

    private Slot LastAcknowledged() =>
        Acknowledged.Count == 0 ? Slot.Zero : Acknowledged.Max(each => each.Result.Slot);

    private string WhoIsBehind() => string.Join(
        ", ", Learners.Select(node => $"{node.Name} has applied {node.Process!.Execution!.Applied}"));

    private void LookAtEnd()
    {
        foreach (var property in _properties)
        {
            if (World.Broken is null && property.LookAtEnd(this) is { } wrong)
            {
                World.Break(property.Name, wrong);
            }
        }
    }
}
