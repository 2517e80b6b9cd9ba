namespace PaxosSM.Testing.Simulation;

/// <summary>One run of a plan under a steady load: clients warm it up, then it is measured.</summary>
internal sealed class MeasuredRun
{
    private const string Progress = "I13 progress";
    private static readonly TimeSpan LeadMax = TimeSpan.FromSeconds(60);
    private readonly SimulationPlan _plan;
    private readonly SteadyLoad _load;
    private readonly World _world;
    private readonly RunLog _log;
    private readonly SimulatedCluster _cluster;

    public MeasuredRun(SimulationPlan plan, SteadyLoad load)
    {
        _plan = plan;
        _load = load;
        _world = new(plan.Seed);
        _log = new(_world, null);
        _cluster = new(plan, _world, _log, (_, _) => new IdleMachine(), null);
        _cluster.Network.CountsBytes = true;
    }

    public Measurement Run()
    {
        _cluster.Begin();
        new FaultInjector(_cluster).Plan(_plan.Faults);
        if (!_world.RunUntil(World.Micros(LeadMax), () => _cluster.Leader is not null))
        {
            _world.Break(Progress, $"nobody leads after {LeadMax.TotalSeconds:0} s");
        }

        List<MeasuredClient> clients = [.. Loaded().SelectMany(Clients)];
        foreach (var client in clients)
        {
            client.Run();
        }

        _ = _world.RunUntil(_world.Now + World.Micros(_load.WarmUp));
        foreach (var client in clients)
        {
            client.Forget();
        }

        var sent = _cluster.Nodes.Select(node => node.Outgoing.Bytes).ToList();
        var received = _cluster.Nodes.Select(node => node.Incoming.Bytes).ToList();
        var from = _world.Now;
        _ = _world.RunUntil(from + World.Micros(_plan.Duration));
        return new(
            _world.Broken,
            _cluster.Leader?.Place ?? -1,
            TimeSpan.FromMicroseconds(_world.Now - from),
            [
                .. _cluster.Nodes.Select(node => new MeasuredNode(
                    RegionOf(node),
                    MeasuredCommands.Of(clients.Where(client => client.Node == node)),
                    node.Outgoing.Bytes - sent[node.Place],
                    node.Incoming.Bytes - received[node.Place])),
            ],
            [
                .. Enumerable.Range(0, _cluster.Nodes.Max(RegionOf) + 1).Select(region =>
                    MeasuredCommands.Of(clients.Where(client => RegionOf(client.Node) == region))),
            ],
            MeasuredCommands.Of(clients));
    }

    private IEnumerable<SimulatedNode> Loaded() => _load.Places.Count == 0
        ? _cluster.Learners
        : _load.Places.Select(place => _cluster.Nodes[place]);

    private IEnumerable<MeasuredClient> Clients(SimulatedNode node) => Enumerable.Range(0, _load.ClientsPerNode)
        .Select(_ => MeasuredClient.Join(_cluster, node, _load));

    private int RegionOf(SimulatedNode node) => _cluster.Network.Regions.Of(node.Place);
}
