using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.Simulation;

/// <summary>One group of a run: its clients, what they were told, and what its machines did.</summary>
internal sealed class GroupLoad
{
    // Clients of a group that is removed find that out by themselves before they end.
    private const long LingerMicros = 500_000;
    private readonly Configuration? _founders;
    private Witness? _left;
    private EffectLedger? _leftEffects;

    /// <summary>A group without clients yet.</summary>
    /// <param name="run">The run.</param>
    /// <param name="group">The group.</param>
    /// <param name="plan">What its clients do.</param>
    /// <param name="founders">Its only members; null for the first group, whose members change.</param>
    public GroupLoad(SimulatedRun run, GroupId group, ClientPlan plan, Configuration? founders)
    {
        (Run, Group, Plan, _founders) = (run, group, plan, founders);
        Workload = run.Options.Workload();
        History = new(() => run.World.Now);
        Witness = new(run.World);
        Effects = new(run.World, run.Log);
    }

    public SimulatedRun Run { get; }

    public GroupId Group { get; }

    /// <summary>What its clients do.</summary>
    public ClientPlan Plan { get; }

    public IWorkload Workload { get; }

    public HistoryRecorder History { get; }

    public Witness Witness { get; private set; }

    /// <summary>What its commands do outside the cluster.</summary>
    public EffectLedger Effects { get; private set; }

    /// <summary>The clients of a fork that was left (R33).</summary>
    public List<IReadOnlyList<SimulatedClient>> Departed { get; } = [];

    /// <summary>The ordered sessions of all clients that ever were.</summary>
    public IEnumerable<SessionId> Sessions =>
        Departed.Append(Clients).SelectMany(clients => clients).SelectMany(client => client.Sessions);

    public IReadOnlyList<SimulatedClient> Clients { get; private set; } = [];

    /// <summary>What clients were told.</summary>
    public List<(ReadOnlyMemory<byte> Input, CommandResult Result)> Acknowledged { get; } = [];

    /// <summary>What the clients' history broke, once it was judged.</summary>
    public HistoryViolation? BrokenHistory { get; set; }

    /// <summary>Whether the group is removed: nothing of it needs to finish.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether clients go on calling.</summary>
    public bool IsLoading => Run.IsLoading && !IsOver;

    /// <summary>How many operations are under way.</summary>
    public int Open => Clients.Sum(client => client.Open);

    /// <summary>The replicas that count, and where they are.</summary>
    public IEnumerable<(SimulatedNode Node, SimulatedReplica Replica)> Learners =>
        from node in Run.Cluster.Nodes
        where node.Process is { IsAlive: true }
        let replica = node.Process!.Find(Group)
        where replica is { Execution: not null } && MustLearn(node)
        select (node, replica);

    /// <summary>The last slot that somebody was told of.</summary>
    public Slot LastAcknowledged =>
        Acknowledged.Count == 0 ? Slot.Zero : Acknowledged.Max(each => each.Result.Slot);

    /// <summary>Its clients come, and call from now on.</summary>
    public void Begin()
    {
        Clients = [.. Enumerable.Range(0, Plan.Count).Select(index => SimulatedClient.Join(this, index))];
        foreach (var client in Clients)
        {
            client.Run();
        }
    }

    /// <summary>A quorum is taken for lost (R33): clients would stay with the fork that they met, so they
    /// leave.</summary>
    public void Depart()
    {
        foreach (var client in Clients)
        {
            client.Leave();
        }

        Departed.Add(Clients);
        Clients = [];
        (_left, _leftEffects) = (Witness, Effects);
    }

    /// <summary>Survivors go on in a fork of their own: what was applied and acknowledged behind a slot is lost
    /// (R33).</summary>
    /// <param name="kept">That slot.</param>
    /// <param name="next">The epoch that begins the fork.</param>
    public void Fork(Slot kept, Configuration next)
    {
        Witness = Witness.Fork(kept);
        Effects = Effects.NewFork(kept, next);
        History.Lose(kept);
        Run.Log.Count("acknowledged commands lost", Acknowledged.RemoveAll(each => each.Result.Slot > kept));
    }

    /// <summary>The group is removed: its clients leave after a while.</summary>
    public void End()
    {
        IsOver = true;
        Run.World.After(LingerMicros, () =>
        {
            foreach (var client in Clients)
            {
                client.Leave();
            }
        });
    }

    /// <summary>A machine of the group, as the plan has it.</summary>
    public IStateMachine NewMachine(SimulatedProcess process)
    {
        var inner = Workload.NewMachine();
        var machine = Run.Plan.Outbox.Destinations > 0
            ? new OutboxMachine(inner, Run.Plan.Outbox, EffectsAt(process), process.Node.Name)
            : inner;
        var witness = process.Node.IsExile && _left is { } left ? left : Witness;
        WitnessedMachine witnessed = new(machine, witness, process);
        if (Run.Plan.OwnStores && Group == GroupId.Default)
        {
            return new SimulatedStoredMachine(witnessed, witness, process);
        }

        return Run.Plan.Optimistic && inner is IOptimisticStateMachine && machine is IOptimisticStateMachine optimistic
            ? new OptimisticWitness(witnessed, optimistic, witness, process)
            : witnessed;
    }

    /// <summary>What a process' group does outside the cluster: a fork that was left has its own.</summary>
    public EffectLedger EffectsAt(SimulatedProcess process) =>
        process.Node.IsExile && _leftEffects is { } left ? left : Effects;

    /// <summary>Whether all replicas that count have applied the same, and what was acknowledged.</summary>
    public bool AreEqual() => Learners.Select(each => each.Replica.Execution!.Applied).Distinct().Count() <= 1
        && Learners.All(each => each.Replica.Execution!.Applied >= LastAcknowledged);

    private bool MustLearn(SimulatedNode node) => _founders is { } founders
        ? founders.Lists(node.Id, node.Storage) && founders.Learners.Contains(node.Id)
        : Run.Cluster.IsLearner(node);
}
