using PaxosSM.Quorums;

namespace PaxosSM;

/// <summary>The core's settings. All members of a group should have the same.</summary>
public sealed record ProtocolOptions
{
    /// <summary>How many lanes one owner gets at most.</summary>
    public const int LanesPerOwnerMax = 4;

    /// <summary>How many lanes a deal has at most: room for every member.</summary>
    internal const int LanesMaxOfAll = NodeSet.MembersMax;

    /// <summary>How often a leader shows a sign of life. Default 50 ms.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a silent leader is borne before another proposer stands; each attempt adds up to half of it,
    /// by chance. Default 600 ms.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>How long a group is without work before it rests: no messages, no ticks, until something comes. Zero:
    /// never. Default 2 s.</summary>
    public TimeSpan QuiesceAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an acceptor promises no other ballot after it granted a lease (R20b); zero turns leases off.
    /// Default 500 ms.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How much of a lease the leader leaves unused, for clocks that drift apart. Default 50 ms.</summary>
    public TimeSpan LeaseDriftMax { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long an unanswered message is waited for before it is sent again. Default 200 ms.</summary>
    public TimeSpan ResendInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How many batches an owner may have proposed in a lane and not yet counted. Default 8.</summary>
    public int WindowSlotsMax { get; init; } = 8;

    /// <summary>How many bytes may be proposed above what is known chosen in all lanes together; each owner has an
    /// equal share of it, and room for one batch at least. Default 32 MiB.</summary>
    public int WindowBytesMax { get; init; } = 32 << 20;

    /// <summary>How many slots an owner may run ahead of what is known chosen (R9). Default 4,096.</summary>
    public int HorizonSlots { get; init; } = 4096;

    /// <summary>Who owns lanes (R8). Default: the leader alone.</summary>
    public DealPolicy Deal { get; init; } = DealPolicy.SingleLeader;

    /// <summary>How long the frontier waits for one lane, while others are chosen above, before its owner loses it.
    /// Default 1 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How large a batch grows, in bytes. Default 1 MiB.</summary>
    public int BatchBytesMax { get; init; } = 1 << 20;

    /// <summary>How many bytes of commands wait for a slot before clients are told <see cref="PaxosError.Busy"/>.
    /// Default 32 MiB.</summary>
    public int PendingBytesMax { get; init; } = 32 << 20;

    /// <summary>How many bytes a catch-up answer carries. Default 4 MiB.</summary>
    public int LearnBytesMax { get; init; } = 4 << 20;

    /// <summary>How many bytes of chosen values a learner holds ahead of its executor and its trim point. Default 512
    /// MiB.</summary>
    public long LogBytesMax { get; init; } = 512L << 20;

    /// <summary>How many chosen slots below the snapshot stay, for learners that are a little behind; turns that their
    /// owners passed do not count (R9). Default 1,024.</summary>
    public int TrimTailSlots { get; init; } = 1024;

    /// <summary>How many bytes of chosen values below the snapshot stay at most. Default 16 MiB.</summary>
    public long TrimTailBytes { get; init; } = 16L << 20;

    /// <summary>Digests are taken and compared at slots divisible by this (R28). Default 4,096.</summary>
    public int CheckpointSlots { get; init; } = 4096;

    /// <summary>How far a stamp may lie ahead of the log's time (R19). Default 1 hour.</summary>
    public TimeSpan StampSkewMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many lanes a deal among so many proposers has at most.</summary>
    public int LanesMax(int proposers) => Deal switch
    {
        DealPolicy.SingleLeader => 1,
        DealPolicy.AllProposers => proposers,

        // All with the same number are dealt one each: at least one has fewer.
        _ => Math.Clamp((LanesPerOwnerMax * (proposers - 1)) + 1, 1, LanesMaxOfAll),
    };
}
