using PaxosSM.Storage;

namespace PaxosSM.Testing.Simulation;

/// <summary>Settings of all parts, the small ones that make rare things frequent among them.</summary>
internal static class SwarmSettings
{
    /// <summary>Tells the dice that decide on optimistic delivery from the others of a seed, so that those fall as they
    /// did before there was any.</summary>
    public const ulong OptimismStream = 0x6f70_7469_6d69_736d;

    /// <summary>Clocks on stock hardware drift by less than a hundred parts of a million; ten times that, and far
    /// more.</summary>
    private static readonly int[] Drifts = [100, 1000, 10_000, 50_000];

    /// <summary>The default settings, on a network and disks that are not quite perfect.</summary>
    public static SimulationPlan Moderate(SimulationPlan plan) => plan with
    {
        Network = new() { LossPermille = 2, DuplicatePermille = 1, LatePermille = 1 },
        ClockDriftMax = 100,
    };

    /// <param name="plan">What is decided so far.</param>
    /// <param name="harsh">How bad the network is, from 0 for perfect to 3.</param>
    /// <param name="dice">Decides.</param>
    public static SimulationPlan Draw(SimulationPlan plan, int harsh, Dice dice)
    {
        var big = dice.OneIn(12);
        var disk = Disk(dice);
        var network = Network(harsh, dice);
        var protocol = Protocol(big, Slowness(network, disk), dice);
        return plan with
        {
            Protocol = protocol,
            Log = Log(dice),
            SnapshotSlots = dice.Spread(3, protocol.LogBytesMax < 1 << 20 ? 40 : 400),
            Network = network,
            Disk = disk,
            Clients = Clients(big, dice),
            ClockSkewMax = TimeSpan.FromMilliseconds(dice.Pick<int>([0, 20, 20, 2000, 600_000])),
            ClockDriftMax = dice.OneIn(2) ? 0 : Math.Min(dice.Pick(Drifts), FairPlan.DriftBound(protocol)),
        };
    }

    private static TimeSpan Slowness(NetworkPlan network, DiskPlan disk) => TimeSpan.FromMicroseconds(
        (2 * (network.DelayMin + network.DelaySpread)) + disk.FlushMin + disk.FlushSpread);

    private static ProtocolOptions Protocol(bool big, TimeSpan slowness, Dice dice)
    {
        // Failure detection is only as good as its timeouts are longer than what is normal.
        var isSlow = slowness > TimeSpan.FromMilliseconds(15);
        var heartbeat = isSlow ? 50 : dice.Pick([20, 50, 50, 100]);
        var lease = dice.OneIn(3) ? 0 : heartbeat * dice.Pick([6, 10, 20]);
        var defaults = new ProtocolOptions();
        return defaults with
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(heartbeat),
            ElectionTimeout = TimeSpan.FromMilliseconds(heartbeat * dice.Pick<int>(isSlow ? [12, 20] : [8, 12, 20])),
            QuiesceAfter = dice.OneIn(3) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(dice.Spread(1, 1500)),
            LeaseDuration = TimeSpan.FromMilliseconds(lease),
            LeaseDriftMax = TimeSpan.FromMilliseconds(Math.Max(10, lease / dice.Pick([5, 10, 20]))),
            ResendInterval = TimeSpan.FromMilliseconds(isSlow ? 200 : dice.Pick([50, 200, 200, 400])),
            WindowSlotsMax = dice.OneIn(4) ? defaults.WindowSlotsMax : dice.Spread(1, 16),
            BatchBytesMax = dice.Pick([100, 4000, defaults.BatchBytesMax]),

            // What waits at the leader must not take longer than a run has: clients are told Busy before that.
            PendingBytesMax = big ? 1 << 20 : dice.Pick([1 << 12, 1 << 14]),
            LearnBytesMax = dice.Pick([300, 4000, 1 << 20]),
            LogBytesMax = dice.OneIn(4) ? 20_000 : defaults.LogBytesMax,
            TrimTailSlots = dice.OneIn(4) ? defaults.TrimTailSlots : dice.Between(0, 12),
            TrimTailBytes = dice.OneIn(4) ? 1000 : defaults.TrimTailBytes,
            CheckpointSlots = dice.Spread(4, 256),
            Deal = dice.Pick<DealPolicy>(
                [DealPolicy.SingleLeader, DealPolicy.AllProposers, DealPolicy.AllProposers, DealPolicy.Adaptive]),
            HorizonSlots = dice.OneIn(3) ? defaults.HorizonSlots : dice.Spread(8, 300),
            StallTimeout = TimeSpan.FromMilliseconds(dice.Pick<int>([500, 1000, 1000, 2000])),
        };
    }

    private static LogOptions Log(Dice dice) => new()
    {
        SegmentBytes = dice.Pick([16, 32, 64]) << 10,
        FirstSegmentBytes = dice.Pick([16, 64]) << 10,
        BlockBytes = dice.Pick([4096, 16_384, 1 << 20]),
        BlockAlignmentBytes = dice.OneIn(3) ? 4096 : 512,
        DiskFullRetry = dice.Pick<TimeSpan>([TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)]),
    };

    private static NetworkPlan Network(int harsh, Dice dice) => new()
    {
        DelayMin = dice.OneIn(8) ? 5000 : dice.Spread(10, 500),
        DelaySpread = dice.OneIn(8) ? 10_000 : dice.Spread(10, 1000),
        LossPermille = harsh == 0 || dice.OneIn(3) ? 0 : dice.Spread(1, harsh * 40),
        DuplicatePermille = harsh == 0 || dice.OneIn(3) ? 0 : dice.Spread(1, harsh * 30),
        LatePermille = harsh == 0 || dice.OneIn(3) ? 0 : dice.Spread(1, harsh * 15),
        LateMax = dice.Pick<TimeSpan>(
            [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(3)]),
        KeepsOrder = harsh == 0 || dice.OneIn(2),
        Encodes = dice.OneIn(4),
    };

    private static DiskPlan Disk(Dice dice) => dice.OneIn(6)
        ? new() { FlushMin = 5000, FlushSpread = 15_000 }
        : new() { FlushMin = dice.Spread(10, 1000), FlushSpread = dice.Spread(10, 2000) };

    private static ClientPlan Clients(bool big, Dice dice)
    {
        var count = dice.Between(1, 8);
        return new()
        {
            Count = count,
            RatePerSecond = big ? 20 : dice.OneIn(8) ? dice.Between(1, 5) : dice.Spread(10, 300),
            Keys = dice.Spread(1, 16),
            QueryPercent = dice.Pick([0, 20, 20, 50]),
            Streams = dice.Between(0, count),
            StreamCommandsMax = dice.OneIn(2) ? 0 : dice.Spread(1, 100),
            Window = dice.Spread(1, 32),
            ValueBytesMax = big ? 30_000 : dice.Spread(8, 200),
            SessionTimeout = TimeSpan.FromSeconds(dice.Pick<int>([1, 3, 60, 60])),
            Timeout = dice.Pick<TimeSpan>([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)]),
        };
    }
}
