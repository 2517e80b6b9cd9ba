using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Measuring;

/// <summary>What is slow about a slow machine, and for how long.</summary>
public sealed class SlowNodeTests
{
    private const int Ten = 10;
    private const long Step = SimulatedProcessor.StepMicros;
    private static readonly SimulationPlan Plan = new()
    {
        Seed = 1,
        Members = [MemberRoles.All, MemberRoles.All],
        Regions = [0, 1],
        Distances = [TimeSpan.FromMilliseconds(10)],
        Network = new() { DelayMin = 50, DelaySpread = 0, DistanceSpreadPermille = 0, LinkBytesPerSecond = 1_000_000 },
        Disk = new() { FlushMin = 100, FlushSpread = 0 },
    };

    private readonly SimulatedCluster _cluster;
    private readonly World _world = new(1);
    private readonly SimulatedNode _node;
    private readonly SimulatedProcessor _processor;
    private readonly Queue<Action> _reader = [];
    private readonly Queue<Action> _loop = [];
    private readonly List<(string What, long At)> _done = [];

    public SlowNodeTests()
    {
        _cluster = new(Plan, _world, new(_world, null), (_, _) => new IdleMachine(), null);
        _node = _cluster.Nodes[0];
        _processor = new(_node);
    }

    [Fact]
    public void On_a_healthy_machine_work_is_done_at_once()
    {
        Work(_reader, "a", "b");

        Assert.Equal([("a", 0), ("b", 0)], _done);
        Assert.False(_world.RunUntil(1000, () => _world.Events > 0));
    }

    [Fact]
    public void On_a_slow_machine_work_takes_its_time_and_threads_take_turns()
    {
        _node.Factor = Ten;
        Work(_reader, "a", "b", "c");
        Work(_loop, "x", "y");

        _ = _world.RunUntil(10_000);

        const long Each = Ten * Step;
        Assert.Equal([("a", Each), ("x", 2 * Each), ("b", 3 * Each), ("y", 4 * Each), ("c", 5 * Each)], _done);
    }

    [Fact]
    public void What_waits_when_the_machine_is_fast_again_is_worked_off_in_order()
    {
        _node.Factor = Ten;
        Work(_reader, "a", "b");
        _ = _world.RunUntil(Step);
        _node.Factor = 1;
        Work(_reader, "c");

        _ = _world.RunUntil(10_000);

        Assert.Equal([("a", Ten * Step), ("b", (Ten + 1) * Step), ("c", (Ten + 2) * Step)], _done);
    }

    [Fact]
    public void A_slow_machine_that_stands_still_goes_on_afterwards()
    {
        _node.Factor = Ten;
        _node.PausedUntil = 5000;
        Work(_reader, "a", "b");

        _ = _world.RunUntil(10_000);

        Assert.Equal([("a", 5000), ("b", 5000 + (Ten * Step))], _done);
    }

    [Fact]
    public void What_waits_dies_with_the_process()
    {
        _node.Factor = Ten;
        Work(_reader, "a");
        _processor.Work(_loop, _processor.Stop);
        Work(_loop, "x");
        Work(_reader, "b");

        _ = _world.RunUntil(10_000);

        Assert.Equal([("a", Ten * Step)], _done);
        Assert.Empty(_reader);
        Assert.Empty(_loop);
    }

    [Fact]
    public void Disk_and_network_are_as_slow_but_distances_do_not_grow()
    {
        _node.Factor = Ten;

        Assert.Equal(Ten * 100, _node.FlushTime());
        Assert.Equal(100, _cluster.Nodes[1].FlushTime());
        Assert.Equal(Ten * 7000, _cluster.Network.Leave(_node, 7));
        Assert.Equal(7000, _cluster.Network.Leave(_cluster.Nodes[1], 7));
        Assert.Equal(((Ten * 50) + 10_000) * 1000, _cluster.Network.Travel(0, 1, Ten));
        _cluster.Network.Enter(_node, 0, 7, () => _done.Add(("slow", _world.Now)));
        _cluster.Network.Enter(_cluster.Nodes[1], 0, 7, () => _done.Add(("healthy", _world.Now)));
        _ = _world.RunUntil(10_000);
        Assert.Equal([("healthy", 7), ("slow", Ten * 7)], _done);
    }

    [Fact]
    public void A_message_takes_as_long_as_the_slower_of_the_two_machines()
    {
        var plan = Plan with { Regions = [], Distances = [], Network = Plan.Network with { LinkBytesPerSecond = 0 } };
        World world = new(1);
        SimulatedCluster cluster = new(plan, world, new(world, null), (_, _) => new IdleMachine(), null);
        var direction = cluster.Network.Between(cluster.Nodes[0], cluster.Nodes[1]);
        direction.Up();

        Assert.Equal(50, Took());
        cluster.Nodes[0].Factor = 2;
        Assert.Equal(100, Took());
        cluster.Nodes[1].Factor = 5;
        Assert.Equal(250, Took());

        // Nobody reads it: what is awaited is the one event of its arrival.
        long Took()
        {
            var (from, events) = (world.Now, world.Events);
            Assert.True(direction.Send(GroupId.Default, Epoch.First, new Messages.Alive(1, [], true)));
            while (world.Events == events)
            {
                _ = world.RunUntil(world.Now + 1);
            }

            return world.Now - from;
        }
    }

    [Fact]
    public void A_machine_is_slow_until_the_last_of_its_faults_is_over()
    {
        new FaultInjector(_cluster).Plan(
        [
            new SlowNode(Milliseconds(1), 0, Milliseconds(4), 10),
            new SlowNode(Milliseconds(3), 0, Milliseconds(4), 5),
            new SlowDisk(Milliseconds(3), 0, Milliseconds(1), 3),
        ]);

        Assert.Equal([1, 10, 5, 5, 5, 1], new[] { 0.5, 2, 3.5, 4.5, 6, 7.5 }.Select(FactorAt));
        Assert.Equal(1, _cluster.Nodes[1].Factor);

        int FactorAt(double milliseconds)
        {
            _ = _world.RunUntil(World.Micros(Milliseconds(milliseconds)));
            return _node.Factor;
        }
    }

    [Fact]
    public void A_whole_world_has_no_slow_machine()
    {
        _node.Factor = Ten;

        _node.Heal();

        Assert.Equal(1, _node.Factor);
    }

    private static TimeSpan Milliseconds(double count) => TimeSpan.FromMilliseconds(count);

    private void Work(Queue<Action> thread, params string[] names)
    {
        foreach (var name in names)
        {
            _processor.Work(thread, () => _done.Add((name, _world.Now)));
        }
    }
}
