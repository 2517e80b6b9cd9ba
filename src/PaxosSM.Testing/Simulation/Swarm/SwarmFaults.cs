using System.Diagnostics;

namespace PaxosSM.Testing.Simulation;

/// <summary>Draws what goes wrong in a plan, and when.</summary>
internal sealed class SwarmFaults
{
    private readonly FaultMix _mix;
    private readonly Dice _dice;
    private readonly DamagePlan _damage;
    private readonly TimeSpan _from;
    private readonly TimeSpan _until;
    private readonly int _nodes;
    private readonly List<Fault> _faults = [];
    private readonly List<(int Node, TimeSpan From, TimeSpan Until)> _away = [];
    private readonly HashSet<int> _lost = [];

    /// <param name="plan">Members and duration.</param>
    /// <param name="mix">Which kinds, how often.</param>
    /// <param name="dice">Decides the rest.</param>
    public SwarmFaults(SimulationPlan plan, FaultMix mix, Dice dice)
    {
        (_mix, _dice, _nodes) = (mix, dice, plan.Members.Count);
        _damage = DamagePlan.Draw(plan, dice);
        _from = mix.Rates.Any(rate => FairPlan.Destructive.Contains(rate.Kind)) ? FairPlan.GenesisMax : TimeSpan.Zero;
        _until = plan.Duration - Min(TimeSpan.FromMilliseconds(500), plan.Duration / 8);
    }

    /// <summary>In the order of time.</summary>
    public IReadOnlyList<Fault> Draw()
    {
        foreach (var (kind, every) in _mix.Rates)
        {
            for (var at = _from + Gap(every); at < _until; at += Gap(every))
            {
                Add(kind, at);
            }
        }

        return [.. _faults.OrderBy(fault => fault.At)];
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private TimeSpan Gap(TimeSpan every) => _dice.Between(TimeSpan.FromMilliseconds(1), 2 * every);

    private void Add(FaultKind kind, TimeSpan at)
    {
        var node = _dice.Between(0, _nodes - 1);
        if (kind == FaultKind.Of<Crash>())
        {
            AddCrash(at, node);
        }
        else if (kind == FaultKind.Of<Cut>())
        {
            AddCut(at);
        }
        else if (FairPlan.Destructive.Contains(kind))
        {
            AddDamage(kind, at);
        }
        else if (kind == FaultKind.Of<FailedFlush>())
        {
            AddAway(new FailedFlush(at, node, Span(at, 10, 2000)), node);
        }
        else
        {
            _faults.Add(Passing(kind, at, node));
        }
    }

    private Fault Passing(FaultKind kind, TimeSpan at, int node) => kind.Name switch
    {
        "pause" => new Pause(at, node, Span(at, 5, 3000)),
        "slow-disk" => new SlowDisk(at, node, Span(at, 50, 4000), _dice.Spread(2, 100)),
        "slow-node" => new SlowNode(at, node, Span(at, 50, 4000), _dice.Between(5, 20)),
        "full-disk" => new FullDisk(at, node, Span(at, 50, 3000)),
        "lying-digest" => new LyingDigest(at, node, Span(at, 50, 3000)),
        "clock-jump" => new ClockJump(at, node, Jump()),
        _ => throw new UnreachableException($"no swarm draws {kind}"),
    };

    private TimeSpan Jump()
    {
        var far = _dice.Spread(
            TimeSpan.FromMilliseconds(1), _dice.OneIn(8) ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(10));
        return _dice.OneIn(2) ? far : -far;
    }

    private void AddCrash(TimeSpan at, int node)
    {
        var (down, powerCut) = (Span(at, 1, 3000), _dice.OneIn(2));
        if (_dice.OneIn(12))
        {
            for (var each = 0; each < _nodes; each++)
            {
                AddAway(new Crash(at, each, down, 0, powerCut), each);
            }

            return;
        }

        AddAway(new Crash(at, node, down, _dice.OneIn(3) ? 0 : _dice.Spread(1, 64), powerCut), node);

        // Recovery is where a second crash hurts most.
        var again = at + down + _dice.Between(TimeSpan.FromMicroseconds(1), TimeSpan.FromMilliseconds(20));
        if (_dice.OneIn(6) && again < _until)
        {
            AddAway(new Crash(again, node, Span(again, 1, 500), _dice.Spread(1, 16), _dice.OneIn(2)), node);
        }
    }

    private void AddCut(TimeSpan at)
    {
        if (_nodes < 2)
        {
            return;
        }

        var noticed = _dice.OneIn(2);
        if (!_dice.OneIn(5))
        {
            _faults.Add(new Cut(at, Span(at, 20, 4000), Partitions.Draw(_nodes, _dice), noticed));
            return;
        }

        // A link that flaps.
        var links = Partitions.Pair(_nodes, _dice);
        for (var times = _dice.Between(3, 10); times > 0 && at < _until; times--)
        {
            var cut = new Cut(at, Span(at, 1, 100), links, noticed);
            _faults.Add(cut);
            at += cut.For + _dice.Spread(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(100));
        }
    }

    private void AddDamage(FaultKind kind, TimeSpan at)
    {
        var candidates = kind == FaultKind.Of<ClonedIdentity>() ? _damage.Doubled : _damage.Damaged;
        if (candidates.Count == 0)
        {
            return;
        }

        var node = _dice.Pick(candidates);
        Fault fault = kind.Name switch
        {
            "cloned-identity" => new ClonedIdentity(at, node, Span(at, 100, 3000)),
            "flipped-bits" => new FlippedBits(at, node, Span(at, 10, 2000), _dice.Spread(1, 64), _dice.Any()),
            "wiped-disk" => new WipedDisk(at, node, Span(at, 10, 2000)),
            "cloned-disk" => new ClonedDisk(
                at, node, Span(at, 10, 2000), (node + _dice.Between(1, _nodes - 1)) % _nodes),
            _ => throw new UnreachableException($"no swarm draws {kind}"),
        };
        if (fault is ClonedDisk copy && _faults.OfType<ClonedDisk>().Any(
            other => other.Node == copy.Source || other.Source == node))
        {
            return; // nobody gets its own past back
        }

        if (fault is WipedDisk or ClonedDisk && !_lost.Add(node))
        {
            return; // once lost, an identity stays so
        }

        AddAway(fault, node);
    }

    /// <summary>Adds what takes a process away, unless it is away already.</summary>
    private void AddAway(Fault fault, int node)
    {
        var until = FaultSpan.End(fault);
        if (_away.Any(away => away.Node == node && away.From <= until && fault.At <= away.Until))
        {
            return;
        }

        _away.Add((node, fault.At, until));
        _faults.Add(fault);
    }

    private TimeSpan Span(TimeSpan at, int millisecondsMin, int millisecondsMax)
    {
        var drawn = _dice.Spread(
            TimeSpan.FromMilliseconds(millisecondsMin), TimeSpan.FromMilliseconds(millisecondsMax));
        return Min(drawn, _until - at);
    }
}
