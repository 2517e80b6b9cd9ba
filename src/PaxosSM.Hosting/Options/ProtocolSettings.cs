using static PaxosSM.Hosting.SettingKinds;

namespace PaxosSM.Hosting;

/// <summary>The protocol's settings by name.</summary>
internal static class ProtocolSettings
{
    public static IReadOnlyList<PaxosSetting> All { get; } =
    [
        Duration(
            "heartbeatInterval",
            "how often a leader shows a sign of life",
            options => options.Protocol.HeartbeatInterval,
            (options, value) => options.Protocol = options.Protocol with { HeartbeatInterval = value }),
        Duration(
            "electionTimeout",
            "how long a silent leader is borne",
            options => options.Protocol.ElectionTimeout,
            (options, value) => options.Protocol = options.Protocol with { ElectionTimeout = value }),
        Duration(
            "quiesceAfter",
            "how long a group is without work before it rests, and costs nothing; 0s: never",
            options => options.Protocol.QuiesceAfter,
            (options, value) => options.Protocol = options.Protocol with { QuiesceAfter = value }),
        Duration(
            "leaseDuration",
            "how long a lease binds an acceptor; 0s turns lease reads off",
            options => options.Protocol.LeaseDuration,
            (options, value) => options.Protocol = options.Protocol with { LeaseDuration = value }),
        Duration(
            "leaseDriftMax",
            "how much of a lease is left unused, for clocks that drift apart",
            options => options.Protocol.LeaseDriftMax,
            (options, value) => options.Protocol = options.Protocol with { LeaseDriftMax = value }),
        Duration(
            "resendInterval",
            "how long an unanswered message is waited for",
            options => options.Protocol.ResendInterval,
            (options, value) => options.Protocol = options.Protocol with { ResendInterval = value }),
        Count(
            "windowSlotsMax",
            "batches proposed in a lane and not yet counted",
            options => options.Protocol.WindowSlotsMax,
            (options, value) => options.Protocol = options.Protocol with { WindowSlotsMax = value }),
        Count(
            "windowBytesMax",
            "proposed above what is known chosen, all lanes together, in bytes",
            options => options.Protocol.WindowBytesMax,
            (options, value) => options.Protocol = options.Protocol with { WindowBytesMax = value }),
        Count(
            "horizonSlots",
            "how many slots an owner runs ahead of what is known chosen (R9)",
            options => options.Protocol.HorizonSlots,
            (options, value) => options.Protocol = options.Protocol with { HorizonSlots = value }),
        new(
            "deal",
            "singleLeader, allProposers or adaptive",
            "who proposes (R8): the leader alone, each proposer in a lane of its own, or who gets the load",
            (options, text) => options.Protocol = options.Protocol with { Deal = DealText.Read(text) },
            options => DealText.Show(options.Protocol.Deal)),
        Duration(
            "stallTimeout",
            "how long all wait for one owner's lane before it is dealt anew",
            options => options.Protocol.StallTimeout,
            (options, value) => options.Protocol = options.Protocol with { StallTimeout = value }),
        Count(
            "batchBytesMax",
            "how large a batch grows",
            options => options.Protocol.BatchBytesMax,
            (options, value) => options.Protocol = options.Protocol with { BatchBytesMax = value }),
        Count(
            "pendingBytesMax",
            "commands that wait for a slot before clients are told Busy, in bytes",
            options => options.Protocol.PendingBytesMax,
            (options, value) => options.Protocol = options.Protocol with { PendingBytesMax = value }),
        Count(
            "learnBytesMax",
            "what a catch-up answer carries",
            options => options.Protocol.LearnBytesMax,
            (options, value) => options.Protocol = options.Protocol with { LearnBytesMax = value }),
        LongCount(
            "logBytesMax",
            "chosen values held ahead of the executor and the trim point, in bytes",
            options => options.Protocol.LogBytesMax,
            (options, value) => options.Protocol = options.Protocol with { LogBytesMax = value }),
        Count(
            "trimTailSlots",
            "chosen slots below the snapshot that stay",
            options => options.Protocol.TrimTailSlots,
            (options, value) => options.Protocol = options.Protocol with { TrimTailSlots = value }),
        LongCount(
            "trimTailBytes",
            "chosen values below the snapshot that stay at most, in bytes",
            options => options.Protocol.TrimTailBytes,
            (options, value) => options.Protocol = options.Protocol with { TrimTailBytes = value }),
        Count(
            "checkpointSlots",
            "digests are compared at slots divisible by this",
            options => options.Protocol.CheckpointSlots,
            (options, value) => options.Protocol = options.Protocol with { CheckpointSlots = value }),
        Duration(
            "stampSkewMax",
            "how far a stamp may lie ahead of the log's time",
            options => options.Protocol.StampSkewMax,
            (options, value) => options.Protocol = options.Protocol with { StampSkewMax = value }),
    ];
}
