using PaxosSM.Runtime.Genesis;
using PaxosSM.Storage;
using PaxosSM.Storage.Simulated;
using PaxosSM.Takeover;

namespace PaxosSM.Testing.Simulation;

/// <summary>An operator who has the survivors of a lost quorum go on (R33): each one's folder is read and held still, a
/// plan is made, each carries it out. The operator's process dies now and then within a step, and the step is done
/// again.</summary>
internal sealed class SimulatedForce
{
    private const string Property = "R33 survivors go on";
    private const long StepMicros = 20_000;
    private const int CrashesMax = 6;
    private const int CallsMax = 60;
    private const int AttemptsMax = 1000;
    private readonly SimulatedCluster _cluster;
    private readonly SeededRandom _random;
    private readonly List<SimulatedNode> _survivors;
    private readonly List<SimulatedNode> _others;
    private readonly long _back;
    private readonly Dictionary<SimulatedNode, SurvivorHoldings> _holdings = [];
    private readonly bool _startsEarly;
    private int _crashes;
    private int _attempts;

    private SimulatedForce(SimulatedCluster cluster, Force force)
    {
        _cluster = cluster;
        _random = new(force.Chance);
        _survivors = [.. force.Survivors.Distinct().Select(place => cluster.Nodes[place])];
        _others = [.. cluster.Nodes.Except(_survivors)];
        _back = cluster.World.Now + World.Micros(force.Down);
        _startsEarly = Draw(2) == 0;
    }

    /// <summary>All processes end, and the operator begins.</summary>
    public static void Begin(SimulatedCluster cluster, Force force) => new SimulatedForce(cluster, force).Begin();

    private void Begin()
    {
        var powerCut = Draw(2) == 0;
        foreach (var node in _cluster.Nodes)
        {
            node.Troubled = true;
            node.Hold(powerCut);
        }

        _cluster.OnQuorumLost();
        InTurn(_survivors, Collect, _ => { }, Decide);
    }

    private long Draw(long sides) => _random.Below(sides);

    // One survivor after the other.
    private void InTurn(
        IEnumerable<SimulatedNode> nodes, Action<SimulatedNode> step, Action<SimulatedNode> done, Action then)
    {
        Queue<SimulatedNode> left = new(nodes);
        Next();

        void Next()
        {
            if (!left.TryDequeue(out var node))
            {
                then();
                return;
            }

            Try(node, () => step(node), () =>
            {
                done(node);
                Next();
            });
        }
    }

    // As a process of its own, which may die at any of its calls; again, until it is done.
    private void Try(SimulatedNode node, Action step, Action then)
    {
        if (++_attempts > AttemptsMax)
        {
            _cluster.World.Break(Property, $"a step at {node.Name} fails again and again");
            return;
        }

        node.Disk.CallsUntilCrash = _crashes < CrashesMax && Draw(2) == 0 ? (int)Draw(CallsMax) : null;
        var isDone = false;
        try
        {
            step();
            isDone = !node.Disk.IsCrashed;
        }
        catch (Exception failed) when (failed is SimulatedCrashException or IOException)
        {
            _cluster.Log.Count("steps of forcing that failed");
        }

        _crashes += node.Disk.IsCrashed ? 1 : 0;
        node.CrashDisk(Draw(2) == 0);
        _cluster.World.After(StepMicros, isDone ? then : () => Try(node, step, then));
    }

    private void Collect(SimulatedNode node)
    {
        using var folder = Open(node);
        var log = folder.OpenLog(_cluster.Plan.Log, node.Clock);
        Member self = new(node.Id, node.Name, $"{node.Name}:1", node.Roles, folder.Identity.Storage);
        var founders = SimulatedDevices.GenesisOf(folder, _cluster.Configured).Outcome switch
        {
            GenesisCompleted completed => completed.Configuration,
            var other => throw new InvalidOperationException($"{node.Name} is a founder, and genesis says {other}"),
        };
        var reading = SurvivorState.ReadAsync(
            folder, log, self, founders, _cluster.Plan.Protocol, CancellationToken.None);
        if (!reading.IsCompleted)
        {
            throw new InvalidOperationException("a simulated disk is read at once");
        }

        _holdings[node] = reading.GetAwaiter().GetResult();
        var now = DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(_cluster.World.Now);
        folder.SaveForce(new(folder.Identity.Fork, ForkId.None, default, now, "simulated"));
    }

    private DataDirectory Open(SimulatedNode node) => SimulatedDevices.OpenFolder(node, _random.Next());

    private void Decide()
    {
        var fork = Math.Max(1, _random.Next());
        SurvivorHoldings[] holdings = [.. _survivors.Select(node => _holdings[node])];
        var end = SurvivorHoldings.EndsOf(holdings, fork).SingleOrDefault();
        var again = SurvivorHoldings.EndsOf([.. holdings.Reverse()], fork).SingleOrDefault();
        if (end?.Next?.Digest != again?.Next?.Digest)
        {
            _cluster.World.Break(Property, $"one plan says {end?.Next}, another {again?.Next}");
        }

        if (end is not { IsForced: true, Problem: null })
        {
            _cluster.Log.Count("forced epochs given up");
            InTurn(_survivors, Abandon, _ => { }, () =>
            {
                _cluster.OnGivenUp();
                Start(_cluster.Nodes);
            });
            return;
        }

        List<SimulatedNode> excluded = [.. _survivors.Where(node => end.Excluded.Any(each => each.Id == node.Id))];
        _others.AddRange(excluded);
        foreach (var node in _others)
        {
            node.IsExile = true;
        }

        _cluster.OnForced(end, holdings);
        InTurn(
            _survivors.Except(excluded),
            node => Apply(node, end, new(fork)),
            node => Enter(node),
            () =>
            {
                Start(_survivors.Except(excluded));
                _cluster.World.At(_back, ComeBack);
            });
    }

    private void Abandon(SimulatedNode node)
    {
        using var folder = Open(node);
        folder.SaveForce(null);
    }

    private void Apply(SimulatedNode node, ForcedEnd end, ForkId fork)
    {
        using var folder = Open(node);
        var held = folder.Force!; // it is held still since its report
        if (held.Fork != fork)
        {
            var log = folder.OpenLog(_cluster.Plan.Log, node.Clock);
            var isDurable = false;
            SurvivorState.Append(log, [end], () => isDurable = true);
            while (!isDurable && log.RunOnce())
            {
                // A round at a time.
            }

            if (!isDurable)
            {
                throw new IOException(log.Failure ?? "the disk is full");
            }

            folder.SaveForce(held with { Fork = fork });
        }

        folder.SaveFork(fork);
    }

    // R27: a store belongs to its fork.
    private void Enter(SimulatedNode node)
    {
        node.Replace(node.Disk, new());
        if (_startsEarly)
        {
            Start([node]);
        }
    }

    private static void Start(IEnumerable<SimulatedNode> nodes)
    {
        foreach (var node in nodes)
        {
            node.Release();
            node.Start();
        }
    }

    // Each of the lost is gone, is back on its disk, or is a new member.
    private void ComeBack()
    {
        List<SimulatedNode> joining = [];
        List<SimulatedNode> returning = [];
        foreach (var node in _others)
        {
            switch (Draw(3))
            {
                case 0:
                    node.Lost = true;
                    break;
                case 1 when node.Process is not null && !_survivors.Contains(node):
                    returning.Add(node);
                    break;
                default:
                    joining.Add(node);
                    break;
            }
        }

        NewMembers.Join(_cluster, joining, () => Start(returning));
    }
}
