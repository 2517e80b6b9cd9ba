namespace PaxosSM.Testing.Simulation;

/// <summary>A shorter run of fewer nodes, with settings that say less.</summary>
internal static class PlanPasses
{
    private static readonly TimeSpan DurationMin = TimeSpan.FromMilliseconds(100);

    // What makes runs long, and what is nearer to nothing for each.
    private static readonly (PlanSetting Setting, int Least)[] Amounts =
    [
        (PlanSetting.Named("clients.count"), 1),
        (PlanSetting.Named("clients.ratePerSecond"), 1),
        (PlanSetting.Named("clients.streams"), 0),
        (PlanSetting.Named("clients.queryPercent"), 0),
        (PlanSetting.Named("clients.keys"), 1),
        (PlanSetting.Named("clients.window"), 1),
    ];

    // Amounts only ever shrink: were they put back too, the passes would undo each other's work.
    private static readonly PlanSetting[] Resettable =
    [
        .. PlanSetting.All.Where(setting =>
            setting.Name != "duration" && Amounts.All(amount => amount.Setting != setting)),
    ];

    /// <summary>Ends soon after what went wrong, or after half the time; faults that are not over by then go.</summary>
    public static void Shorter(Attempts attempts)
    {
        var soon = Rounded(attempts.Violation.At + DurationMin);
        if (soon < attempts.Best.Duration)
        {
            _ = attempts.Try(Until(attempts.Best, soon));
        }

        while (!attempts.IsExhausted && attempts.Best.Duration / 2 >= DurationMin
            && attempts.Try(Until(attempts.Best, Rounded(attempts.Best.Duration / 2))))
        {
            // Half of the half may do.
        }
    }

    /// <summary>Takes members away, the last ones first; those behind move up.</summary>
    public static void FewerNodes(Attempts attempts)
    {
        for (var place = attempts.Best.Members.Count - 1; place >= 0; place--)
        {
            var smaller = Without(attempts.Best, place);
            if (MemberRoles.All == smaller.Members.Aggregate(MemberRoles.None, (all, roles) => all | roles))
            {
                _ = attempts.Try(smaller);
            }
        }
    }

    /// <summary>Puts settings back to their defaults: a network without loss among them.</summary>
    public static void Defaults(Attempts attempts)
    {
        if (attempts.Best.Distances.Count > 0)
        {
            _ = attempts.Try(attempts.Best with { Regions = [], Distances = [] });
        }

        if (attempts.Try(Resettable.Aggregate(attempts.Best, (plan, setting) => setting.Set(plan, setting.Default))))
        {
            return;
        }

        foreach (var setting in Resettable.Where(setting => !setting.IsDefault(attempts.Best)))
        {
            _ = attempts.Try(setting.Set(attempts.Best, setting.Default));
        }
    }

    /// <summary>Fewer clients that do less.</summary>
    public static void FewerOperations(Attempts attempts)
    {
        foreach (var (setting, least) in Amounts)
        {
            var amount = (int)setting.Get(attempts.Best);
            if (amount <= least || attempts.Try(Set(setting, least)))
            {
                continue;
            }

            while (!attempts.IsExhausted && amount / 2 > least && attempts.Try(Set(setting, amount / 2)))
            {
                amount /= 2;
            }
        }

        SimulationPlan Set(PlanSetting setting, int amount)
        {
            var plan = setting.Set(attempts.Best, amount);
            return plan with
            {
                Clients = plan.Clients with { Streams = Math.Min(plan.Clients.Streams, plan.Clients.Count) },
            };
        }
    }

    /// <summary>In whole microseconds, as scripts need it.</summary>
    public static TimeSpan Rounded(TimeSpan span) =>
        new(span.Ticks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond);

    /// <summary>A plan without one member, and without the faults that need it.</summary>
    public static SimulationPlan Without(SimulationPlan plan, int place) => plan with
    {
        Members = [.. plan.Members.Where((_, index) => index != place)],
        Regions = [.. plan.Regions.Where((_, index) => index != place)],
        Faults = [.. plan.Faults.Select(fault => Without(fault, place)).OfType<Fault>()],
    };

    private static SimulationPlan Until(SimulationPlan plan, TimeSpan duration) => plan with
    {
        Duration = duration,
        Faults = [.. plan.Faults.Where(fault => FaultSpan.End(fault) <= duration)],
    };

    private static Fault? Without(Fault fault, int place)
    {
        var kind = FaultKind.Of(fault);
        foreach (var field in kind.Fields)
        {
            object? moved = (field.Kind, kind.Get(fault, field)) switch
            {
                (FaultFieldKind.Node, int node) => node == place ? null : Moved(node),
                (FaultFieldKind.Links, IReadOnlyList<DirectedLink> links) => Left(links),
                (FaultFieldKind.Nodes, IReadOnlyList<int> nodes) => Members(nodes),
                (_, var other) => other,
            };
            if (moved is null)
            {
                return null;
            }

            fault = kind.With(fault, field, moved);
        }

        return fault;

        int[]? Members(IReadOnlyList<int> nodes)
        {
            var left = nodes.Where(node => node != place).Select(Moved).ToArray();
            return left.Length == 0 ? null : left;
        }

        int Moved(int node) => node > place ? node - 1 : node;

        DirectedLink[]? Left(IReadOnlyList<DirectedLink> links)
        {
            var left = links.Where(link => link.From != place && link.To != place)
                .Select(link => new DirectedLink(Moved(link.From), Moved(link.To)))
                .ToArray();
            return left.Length == 0 ? null : left;
        }
    }
}
