using PaxosSM.Client;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Testing.Simulation;

/// <summary>The outboxes of a process' groups: the production deliverers, on a pool and a clock of the
/// process.</summary>
internal sealed class SimulatedOutboxes
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedProcess _process;
    private readonly SimulatedPool _pool;
    private readonly SeededRandom _random;
    private readonly ClientScheduling _scheduling;
    private readonly NodeOutboxes _outboxes;

    private SimulatedOutboxes(
        SimulatedCluster cluster,
        SimulatedProcess process,
        SimulatedPool pool,
        SeededRandom random,
        ClientScheduling scheduling,
        NodeOutboxes outboxes)
    {
        (_cluster, _process, _pool, _random) = (cluster, process, pool, random);
        (_scheduling, _outboxes) = (scheduling, outboxes);
    }

    /// <summary>A process that delivers nothing yet.</summary>
    public static SimulatedOutboxes Of(SimulatedCluster cluster, SimulatedProcess process)
    {
        SimulatedPool pool = new(process);
        SeededRandom random = new(cluster.World.Random.Next());
        ClientScheduling scheduling = new(pool.Post, new(random.Next()));
        SimulatedReceiver receiver = new(cluster, process, pool);
        DeliveryWatch watch = new(cluster, process);
        return new(
            cluster,
            process,
            pool,
            random,
            scheduling,
            new(receiver, Options(cluster.Plan.Outbox), watch, pool, scheduling));
    }

    /// <summary>Delivers a group's outbox from now on.</summary>
    public void Add(Gateway gateway, Configuration founders, ApplyLoop execution) => _pool.Post(() =>
    {
        var options = SimulatedClient.Options(_cluster, _cluster.Plan.Clients, gateway.Group, _random) with
        {
            Timeout = AnswerTimeout,
            TimeProvider = _pool,
            Scheduling = _scheduling,
        };
        var wake = _outboxes.Add(
            gateway.Group,
            _process.Node.Id,
            founders,
            () => new PaxosClient(new InProcessChannel(gateway.Connect), options));
        execution.Advanced = () => _pool.Post(wake);
    });

    /// <summary>Delivers a group's outbox no more.</summary>
    public void Remove(GroupId group) => _pool.Post(() => _ = _outboxes.RemoveAsync(group));

    /// <summary>Something happened in a group.</summary>
    public void On(GroupId group, ProtocolEvent happened)
    {
        if (happened is LeaderChanged or EpochBegan)
        {
            _pool.Post(() => _outboxes.On(group, happened));
        }
    }

    /// <summary>Tries again what was given up.</summary>
    public void Resume() => _pool.Post(_outboxes.Resume);

    private static OutboxOptions Options(OutboxPlan plan) => new()
    {
        DestinationsMax = plan.SideBySide,
        ReadEntriesMax = plan.ReadEntriesMax,
        DeliveryTimeout = plan.DeliveryTimeout,
        RetryDelay = TimeSpan.FromMilliseconds(10),
        RetryDelayMax = TimeSpan.FromMilliseconds(100),
        AttemptsMax = plan.AttemptsMax,
        AcknowledgeInterval = plan.AcknowledgeInterval,
        IdleAfter = plan.IdleAfter,
    };
}
