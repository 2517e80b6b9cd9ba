using PaxosSM.Testing.Simulation;

namespace PaxosSM.Testing.TestKits;

/// <summary>What a user's machine meets in a simulated cluster: members that crash, pause, lose each other and their
/// disks, and snapshots all the time.</summary>
internal static class ClusterPlans
{
    private static readonly SwarmOptions Moderate = new()
    {
        Seconds = 3,
        Only =
        [
            FaultKind.Of<Crash>(), FaultKind.Of<Cut>(), FaultKind.Of<Pause>(), FaultKind.Of<WipedDisk>(),
            FaultKind.Of<ClockJump>(),
        ],
    };

    /// <summary>The plan of a seed.</summary>
    public static SimulationPlan Of(ulong seed)
    {
        var drawn = SwarmPlans.Of(seed, Moderate);

        // The limits that swarms draw are too small for some machines' commands; these are the defaults, but for short
        // logs, which make members learn from snapshots.
        return new()
        {
            Seed = drawn.Seed,
            Members = drawn.Members,
            Duration = drawn.Duration,
            Protocol = new() { TrimTailSlots = 4, CheckpointSlots = 16 },
            SnapshotSlots = Math.Min(drawn.SnapshotSlots, 40),
            Network = drawn.Network,
            Disk = drawn.Disk,
            Clients = new() { Count = 4, RatePerSecond = 100, QueryPercent = 30, Streams = 2, Window = 8 },
            ClockDriftMax = 100,
            Faults = drawn.Faults,
        };
    }
}
