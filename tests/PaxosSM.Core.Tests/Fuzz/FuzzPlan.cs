namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>What one seed runs: who plays which roles, with which settings, and how bad the world is.</summary>
internal sealed record FuzzPlan
{
    private const MemberRoles Acc = MemberRoles.Acceptor;
    private const MemberRoles Lea = MemberRoles.Learner;
    private const MemberRoles Pro = MemberRoles.Proposer;
    private const MemberRoles All = MemberRoles.All;

    private static readonly MemberRoles[][] Layouts =
    [
        [All, All, All],
        [All, All, All, All, All],
        [All, All, All, Lea],
        [All, All, All, Lea, Lea],
        [All, All, Acc],
        [All, Acc, Acc],
        [Acc | Lea, Acc | Lea, Acc | Lea, Pro],
        [Acc | Lea, Acc | Lea, Acc, Pro, Pro | Lea],
        [Acc, Acc, Acc, Pro | Lea, Pro | Lea],
        [All, Acc | Pro, Acc | Pro, Lea],
        [All, All, Acc | Lea, Acc, Acc],
        [All],
        [All, All],
    ];

    public required MemberRoles[] Layout { get; init; }

    public required ProtocolOptions Options { get; init; }

    public TimeSpan Chaos { get; init; } = TimeSpan.FromSeconds(4);

    public int LossPercent { get; init; }

    public int DuplicatePercent { get; init; }

    /// <summary>How many messages of a hundred wander for up to a second and a half.</summary>
    public int LatePercent { get; init; }

    /// <summary>Whether a connection keeps its messages' order even while all else goes wrong.</summary>
    public bool KeepsOrder { get; init; }

    public int DiskMicroseconds { get; init; } = 500;

    /// <summary>How often something breaks; zero for never.</summary>
    public TimeSpan FaultEvery { get; init; }

    /// <summary>How many records of a thousand are found damaged after a restart, on the nodes that may be.</summary>
    public int DamagePermille { get; init; }

    public int SnapshotSlots { get; init; } = 20;

    public int CommandBytesMax { get; init; } = 40;

    public TimeSpan SubmitEvery { get; init; } = TimeSpan.FromMilliseconds(20);

    public static FuzzPlan Of(SeededRandom random)
    {
        var harsh = random.Below(4);
        var big = random.Below(12) == 0;
        return new()
        {
            Layout = Layouts[random.Below(3) == 0 ? 0 : random.Below(Layouts.Length)],

            // What clients sent twice must not take longer than the time that is left for everything to finish.
            Options = OptionsOf(random) with { PendingBytesMax = big ? 1 << 20 : 1 << 14 },
            Chaos = TimeSpan.FromMilliseconds(2500 + random.Below(5000)),
            LossPercent = harsh == 0 ? 0 : (int)random.Below(harsh * 5),
            DuplicatePercent = (int)random.Below(1 + (harsh * 4)),
            LatePercent = (int)random.Below(1 + (harsh * 2)),
            KeepsOrder = random.Below(2) == 0,
            DiskMicroseconds = random.Below(5) == 0 ? 15000 : 500,
            FaultEvery = harsh == 0 && random.Below(2) == 0
                ? TimeSpan.Zero : TimeSpan.FromMilliseconds(40 + random.Below(600)),
            DamagePermille = random.Below(3) == 0 ? 5 + (int)random.Below(150) : 0,
            SnapshotSlots = 3 + (int)random.Below(60),
            CommandBytesMax = big ? 60_000 : 40,
            SubmitEvery = TimeSpan.FromMilliseconds(2 + random.Below(60)),
        };
    }

    private static ProtocolOptions OptionsOf(SeededRandom random) => new()
    {
        WindowSlotsMax = 1 + (int)random.Below(10),
        BatchBytesMax = random.Below(2) == 0 ? 100 : 4000,
        LearnBytesMax = random.Below(2) == 0 ? 300 : 1 << 20,
        LogBytesMax = random.Below(4) == 0 ? 20_000 : 1 << 26,
        TrimTailSlots = (int)random.Below(12),
        LeaseDuration = TimeSpan.FromMilliseconds(random.Below(3) == 0 ? 0 : 500),
    };
}
