using PaxosSM.Quorums;

namespace PaxosSM.Testing.Simulation;

/// <summary>What a plan may ask of any protocol: a run that breaks more than that shows nothing when it
/// fails.</summary>
public static class FairPlan
{
    /// <summary>A log that no run fills.</summary>
    internal const long LogBytesForAWholeRun = 512L << 20;

    /// <summary>How long genesis has, which needs every disk (R13): one that is lost before it is over is no fault to
    /// be survived.</summary>
    public static TimeSpan GenesisMax { get; } = TimeSpan.FromSeconds(2);

    /// <summary>The kinds of faults that may end an identity, or what its disk holds, for good.</summary>
    internal static IReadOnlyList<FaultKind> Destructive { get; } =
    [
        FaultKind.Of<WipedDisk>(), FaultKind.Of<ClonedDisk>(), FaultKind.Of<FlippedBits>(),
        FaultKind.Of<ClonedIdentity>(),
    ];

    /// <summary>What a plan asks too much; null if it is fair.</summary>
    public static string? Problem(SimulationPlan plan)
    {
        var damaging = plan.Faults.Where(fault => Destructive.Contains(FaultKind.Of(fault))).ToList();
        var doubled = damaging.OfType<ClonedIdentity>().Select(NodeOf).Distinct().ToList();
        return plan switch
        {
            _ when plan.Quorums.ProblemFor(plan.Members.Count(Has(MemberRoles.Acceptor))) is { } wrong => wrong,
            _ when plan.HostsGroups && !plan.Members.All(Has(MemberRoles.Learner)) =>
                "groups are wanted of members that don't learn which there are",
            _ when !Survives(plan, DamagedBy(plan)) => "more members are damaged for good than the group can lose",
            _ when !MayDouble(plan.Members, doubled, plan.Quorums) =>
                "members run twice that no group survives running twice",
            _ when doubled.Count > 0 && plan.Faults.Any(fault => fault is Reconfigure or Wedge) =>
                "members change while some run twice",
            _ when !KeepsTrimming(plan) => "the log gets full, with too few learners left to trim it (R25)",
            _ when !plan.OwnStores && plan.Faults.OfType<OldStore>().Any() => "no machine has a store to be put back",
            _ when HasOldDisks(plan.Faults) => "a disk is copied that was copied over itself",
            _ when damaging.Any(fault => fault.At < GenesisMax) => "a disk is damaged before genesis is over",
            _ when plan.ClockDriftMax > DriftBound(plan.Protocol) => "clocks drift further than leases allow for",
            _ when plan.Faults.Any(fault => FaultSpan.End(fault) > plan.Duration) => "a fault outlives the duration",
            _ when plan.Force is { } force => ForceProblem(plan, force, damaging.Count > 0),
            _ => null,
        };
    }

    // What survivors are taken for is theirs: disks that others lose, or that are damaged, would make it less.
    private static string? ForceProblem(SimulationPlan plan, Force force, bool isDamaging) => plan switch
    {
        _ when plan.Faults.OfType<Force>().Count() > 1 => "a quorum is lost for ever more than once",
        _ when isDamaging => "disks are damaged, and a quorum of them is lost for ever besides",
        _ when plan.HostsGroups => "a quorum of hosted groups is lost for ever",
        _ when force.At < GenesisMax => "a quorum is lost before genesis is over",
        _ when force.Survivors.Distinct().Count() >= plan.Members.Count => "nobody is lost",
        _ when !force.Survivors.Any(place => Has(MemberRoles.Learner)(plan.Members[place])) => "no learner survives",
        _ => null,
    };

    /// <summary>Whether a change of members leaves a group that can lose what the plan damages.</summary>
    internal static bool Survives(SimulationPlan plan, Reconfigure change) =>
        Survives(NextMembers.Of(plan, change), DamagedBy(plan), isFirst: false);

    /// <summary>Whether a group can lose these members' disks, and keep what it chose and go on.</summary>
    /// <remarks>A chosen slot's quorum has an acceptor left. That one still has its vote; or a snapshot of its own, if
    /// it is a learner; or f + 1 learners have the slot in their snapshots (R25), of which one must be left.</remarks>
    public static bool Survives(
        IReadOnlyList<MemberRoles> members, IReadOnlyList<int> damaged, QuorumRule rule = default) =>
        Survives(new NextMembers(members, rule, null), damaged, isFirst: true);

    // R14: an epoch that is not the first begins only once f + 1 of its learners (all, if fewer) hold what came before.
    private static bool Survives(NextMembers next, IReadOnlyList<int> damaged, bool isFirst)
    {
        var members = next.Roles;
        var faultsMax = next.FaultsTolerated;
        var everyVoterLearns = members.Where(Has(MemberRoles.Acceptor)).All(Has(MemberRoles.Learner));
        var lost = damaged.Select(place => members[place]).ToList();
        var left = members.Where((_, place) => !damaged.Contains(place)).ToList();
        return members.Any(Has(MemberRoles.Acceptor))
            && lost.Count(Has(MemberRoles.Acceptor)) <= faultsMax
            && (everyVoterLearns || lost.Count(Has(MemberRoles.Learner)) <= faultsMax)
            && left.Any(Has(MemberRoles.Learner))
            && left.Any(Has(MemberRoles.Proposer))
            && (isFirst || KeepsTrimming(next, damaged));
    }

    /// <summary>Whether a group stays safe though these members run twice at a time.</summary>
    /// <remarks>
    /// R13 fences doubles as they meet, but a partition may keep them from meeting. An acceptor that votes on both
    /// sides joins two quorums that share nobody else, and a proposer that restarts may take the life, and so the
    /// ballot, that its double had. So a double must propose nothing; and it may vote only where a quorum of either
    /// phase shares another acceptor with every one of the other: of majorities, where their number is even.
    /// </remarks>
    public static bool MayDouble(
        IReadOnlyList<MemberRoles> members, IReadOnlyList<int> doubled, QuorumRule rule = default)
    {
        var voters = members.Count(Has(MemberRoles.Acceptor));
        var shared = rule.Kind switch
        {
            QuorumKind.Flexible => rule.First + rule.Second - voters,
            QuorumKind.Grid => 1,
            _ => (2 * ((voters / 2) + 1)) - voters,
        };
        var roles = doubled.Select(place => members[place]).ToList();
        return roles.Count(Has(MemberRoles.Acceptor)) < shared && !roles.Any(Has(MemberRoles.Proposer));
    }

    /// <summary>The members that the plan damages, and as many more as the group can lose beside them.</summary>
    /// <remarks>None where a quorum is lost for ever: what is left is all that there is.</remarks>
    internal static IReadOnlyList<int> Damageable(SimulationPlan plan, SeededRandom random)
    {
        if (plan.Force is not null)
        {
            return [];
        }

        var count = plan.Members.Count;
        var first = (int)random.Below(count);
        var inTurn = Enumerable.Range(0, count).Select(step => (first + step) % count);
        return Damageable(lost => Survives(plan, lost), DamagedBy(plan), inTurn);
    }

    /// <summary>Of the candidates, in their order, as many as the first members can lose.</summary>
    internal static IReadOnlyList<int> LosableAtFirst(SimulationPlan plan, IEnumerable<int> candidates) =>
        Damageable(lost => Survives(plan.Members, lost, plan.Quorums), [], candidates);

    private static List<int> Damageable(
        Func<IReadOnlyList<int>, bool> survives, IReadOnlyList<int> damaged, IEnumerable<int> candidates)
    {
        List<int> lost = [.. damaged];
        foreach (var place in candidates)
        {
            if (!lost.Contains(place) && survives([.. lost, place]))
            {
                lost.Add(place);
            }
        }

        return lost;
    }

    /// <summary>Whether the log stays short enough, whichever members the plan damages for good.</summary>
    /// <remarks>R25 trims what f + 1 learners hold in snapshots (all, if fewer). Where so many are not left, the log
    /// grows until it is full, and takes no more until other learners join: a small log must not be full within a
    /// run.</remarks>
    public static bool KeepsTrimming(SimulationPlan plan)
    {
        if (plan.Protocol.LogBytesMax >= LogBytesForAWholeRun)
        {
            return true;
        }

        var damaged = DamagedBy(plan);
        return Epochs(plan).All(epoch => KeepsTrimming(epoch, damaged));
    }

    private static bool KeepsTrimming(NextMembers epoch, IReadOnlyList<int> damaged)
    {
        var learners = epoch.Roles.Count(Has(MemberRoles.Learner));
        var left = epoch.Roles.Where((roles, place) => Has(MemberRoles.Learner)(roles) && !damaged.Contains(place));
        return left.Count() >= Math.Min(epoch.FaultsTolerated + 1, learners);
    }

    // Which of the changes come about is not known before: any of them may.
    private static IEnumerable<NextMembers> Epochs(SimulationPlan plan) =>
        plan.Faults.OfType<Reconfigure>().Select(change => NextMembers.Of(plan, change))
            .Prepend(NextMembers.First(plan));

    private static bool Survives(SimulationPlan plan, IReadOnlyList<int> damaged) =>
        Survives(plan.Members, damaged, plan.Quorums)
        && Epochs(plan).Skip(plan.Faults.OfType<Wedge>().Any() ? 0 : 1)
            .All(epoch => Survives(epoch, damaged, isFirst: false));

    /// <summary>How far clocks may drift, in parts of a million, and a lease still means what it says (R20b).</summary>
    /// <remarks>An acceptor whose clock is fast by d binds itself for D / (1 + d) of true time; a leader whose clock is
    /// slow by d uses the lease for (D - M) / (1 - d). The second is at most the first if d is at most M / (2D - M).
    /// The bound stays a tenth below that. Without leases nothing depends on it.</remarks>
    public static int DriftBound(ProtocolOptions options) => options.LeaseDuration == TimeSpan.Zero
        ? 100_000
        : (int)(900_000 * options.LeaseDriftMax.Ticks
            / ((2 * options.LeaseDuration.Ticks) - options.LeaseDriftMax.Ticks));

    /// <summary>The node that a fault of one node concerns.</summary>
    internal static int NodeOf(Fault fault)
    {
        var kind = FaultKind.Of(fault);
        return (int)kind.Get(fault, kind.Fields[0]);
    }

    private static IReadOnlyList<int> DamagedBy(SimulationPlan plan) =>
        [.. plan.Faults.Where(fault => Destructive.Contains(FaultKind.Of(fault))).Select(NodeOf).Distinct()];

    // The copy of a copy may be a member's own disk as it once was: no restart can tell that it forgot something.
    private static bool HasOldDisks(IReadOnlyList<Fault> faults)
    {
        var copies = faults.OfType<ClonedDisk>().ToList();
        return copies.Any(copy => copies.Any(earlier => earlier.Node == copy.Source));
    }

    private static Func<MemberRoles, bool> Has(MemberRoles role) => roles => roles.HasFlag(role);
}
