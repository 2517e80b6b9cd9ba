namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>One seed: a while of faults under load, then a whole network in which everything must finish
/// (I13).</summary>
internal sealed class FuzzRun
{
    private readonly SeededRandom _random;
    private readonly FuzzPlan _plan;
    private readonly FuzzCluster _cluster;
    private bool _faulty = true;

    public FuzzRun(ulong seed)
    {
        _random = new(seed);
        _plan = FuzzPlan.Of(_random);
        _cluster = new(_plan, _random);
    }

    public long Reads => _cluster.Nodes.Sum(node => node.ReadsDone);

    public Slot Applied => _cluster.Checks.Visible;

    /// <summary>Runs a seed; what it throws names the seed and tells how it came to it.</summary>
    public static FuzzRun Of(ulong seed, int tail = 150)
    {
        var run = new FuzzRun(seed);
        try
        {
            run.Run();
            return run;
        }
        catch (Exception broken) when (
            broken is InvalidOperationException or InvariantViolationException or NullReferenceException
            or ArgumentException or IndexOutOfRangeException or KeyNotFoundException)
        {
            throw new InvalidOperationException(
                $"seed {seed} ({string.Join(" | ", run._plan.Layout)}): {broken.Message}\n"
                + $"{run._cluster.Trace.Tail(tail)}{run.State()}\n"
                + broken.StackTrace, broken);
        }
    }

    /// <summary>Runs a seed until all nodes lose their power at once, in the middle of it.</summary>
    public static (FuzzCluster Cluster, SeededRandom Random) UntilAllCrash(ulong seed)
    {
        FuzzRun run = new(seed);
        run.Break();
        foreach (var node in run._cluster.Nodes)
        {
            node.Crash(wipe: false);
        }

        return (run._cluster, run._random);
    }

    private void Run()
    {
        Break();
        Heal();
        var timeout = _plan.Options.ElectionTimeout;
        var leads = _cluster.RunUntil(() => _cluster.Nodes.Any(node => node.Core!.LeaderNode == node.Id), timeout * 12);
        FuzzChecks.Holds(leads is not null, "I13: nobody leads");
        var done = _cluster.RunUntil(() => _cluster.OpenCommands == 0, timeout * 20);
        FuzzChecks.Holds(done is not null, $"I13: {_cluster.OpenCommands} commands did not finish");
        var same = _cluster.RunUntil(AreEqual, timeout * 20);
        FuzzChecks.Holds(same is not null, "I13: the replicas did not become equal");
    }

    private void Break()
    {
        _cluster.StartAll();
        Load();
        if (_plan.FaultEvery > TimeSpan.Zero)
        {
            _cluster.Chaotic = true;
            BreakSomething();
        }

        _cluster.Run(_plan.Chaos);
    }

    private bool AreEqual() =>
        _cluster.Nodes.All(node => !node.Learns || node.Machine.Applied == _cluster.Checks.Visible);

    private void Heal()
    {
        _faulty = false;
        _cluster.Chaotic = false;
        _cluster.HealAll();
        foreach (var node in _cluster.Nodes)
        {
            node.Heal();
        }

        _cluster.StartAll();
        _cluster.Trace.Add(_cluster.Now, NodeId.None, "all is well from now on", null);
    }

    private void Load()
    {
        if (!_faulty)
        {
            return;
        }

        if (_random.Below(3) == 0)
        {
            Any().Read(_random.Below(2) == 0);
        }

        if (_cluster.OpenCommands < 100)
        {
            _cluster.SubmitNew();
        }

        _cluster.After(_random.Below((long)_plan.SubmitEvery.TotalMicroseconds * 2), Load);
    }

    private void BreakSomething()
    {
        if (!_faulty)
        {
            return;
        }

        var node = Any();
        switch (_random.Below(10))
        {
            case 0 or 1 or 2:
                CrashAndRestart(node);
                break;
            case 3:
                Partition();
                break;
            case 4:
                _cluster.Cut(Any().Id, Any().Id);
                break;
            case 5 or 6:
                _cluster.HealAll();
                break;
            case 7:
                node.DiskSlowdown = _random.Below(2) == 0 ? 1 : 1 + (int)_random.Below(400);
                break;
            case 8:
                node.PausedUntil = _cluster.Now + _random.Below(1_500_000);
                break;
            default:
                CrashMany();
                break;
        }

        _cluster.After(_random.Below((long)_plan.FaultEvery.TotalMicroseconds * 2), BreakSomething);
    }

    private void CrashMany()
    {
        foreach (var node in _cluster.Nodes)
        {
            if (_random.Below(3) != 0)
            {
                CrashAndRestart(node);
            }
        }
    }

    private void CrashAndRestart(FuzzNode node)
    {
        if (node.Core is null)
        {
            return;
        }

        var learnsOnly = _cluster.Configuration.Find(node.Id)!.Roles == MemberRoles.Learner;
        node.Crash(learnsOnly && _random.Below(2) == 0);
        _cluster.After(_random.Below(_random.Below(4) == 0 ? 3_000_000 : 200_000), () =>
        {
            if (node.Core is null)
            {
                node.Start(node.MayBeDamaged ? _plan.DamagePermille : 0);
            }
        });
    }

    private void Partition()
    {
        var side = _random.Next();
        var oneWay = _random.Below(3) == 0;
        var abrupt = _random.Below(2) == 0;
        foreach (var from in _cluster.Nodes)
        {
            foreach (var to in _cluster.Nodes)
            {
                var apart = ((side >> from.Id.Value) & 1) != ((side >> to.Id.Value) & 1);
                if (apart && (!oneWay || ((side >> from.Id.Value) & 1) == 0))
                {
                    _cluster.Cut(from.Id, to.Id);
                }

                // A connection that breaks is given up at once: the only election that comes before a lease is over.
                if (apart && abrupt)
                {
                    to.LoseConnectionTo(from.Id);
                }
            }
        }
    }

    private FuzzNode Any() => _cluster.Nodes[(int)_random.Below(_cluster.Nodes.Count)];

    private string State() => string.Join('\n', _cluster.Nodes.Select(node => node.Core is null
        ? $"{node.Id} is down"
        : $"{node.Id} leader {node.Core.Leader} stands {node.Core.Stands} "
            + $"frontier {node.Core.Frontier} known {node.Core.KnownChosen} "
            + $"proposed {node.Core.Proposed} trimmed {node.Core.TrimmedTo} snapshot {node.Machine.Snapshot.Slot} "
            + $"applied {node.Machine.Applied} "
            + $"faulty [{string.Join(' ', node.Core.Faulty)}]"));
}
