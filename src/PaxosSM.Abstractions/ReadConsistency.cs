namespace PaxosSM;

/// <summary>What a query promises about the state that it sees (R20, R21).</summary>
/// <remarks>The default value is linearizable.</remarks>
public readonly record struct ReadConsistency
{
    private ReadConsistency(ReadKind kind, Slot atLeast, TimeSpan ageMax)
    {
        Kind = kind;
        AtLeast = atLeast;
        AgeMax = ageMax;
    }

    /// <summary>Every command acknowledged anywhere before the query began is seen; a quorum confirms the leader
    /// (R20a).</summary>
    public static ReadConsistency Linearizable => default;

    /// <summary>As <see cref="Linearizable"/>, without a round trip while the leader's lease holds (R20b); else as
    /// that.</summary>
    /// <remarks>Trusts that clocks drift apart no faster than the configured bound.</remarks>
    public static ReadConsistency Lease => new(ReadKind.Lease, default, default);

    /// <summary>This replica's state as it stands; monotonic within the replica's life.</summary>
    public static ReadConsistency Local => new(ReadKind.Local, default, default);

    /// <summary>This replica's state ahead of choice (R18), where its machine is an
    /// <see cref="IOptimisticStateMachine"/>; else as <see cref="Local"/>.</summary>
    /// <remarks>What it shows may be taken back. The answer's slot is the token: a query <see cref="After"/> it waits
    /// until that slot is decided, and sees what became of it.</remarks>
    public static ReadConsistency Speculative => new(ReadKind.Speculative, default, default);

    /// <summary>The kind.</summary>
    public ReadKind Kind { get; }

    /// <summary>The slot that must have been applied, for <see cref="ReadKind.AtLeast"/>.</summary>
    public Slot AtLeast { get; }

    /// <summary>The greatest age of the state, for <see cref="ReadKind.MaxAge"/>.</summary>
    public TimeSpan AgeMax { get; }

    /// <summary>This replica's state once it has applied <paramref name="slot"/>: reads your own writes, and monotonic
    /// reads across replicas, by the slot that an earlier answer named (R21).</summary>
    public static ReadConsistency After(Slot slot) => new(ReadKind.AtLeast, slot, default);

    /// <summary>This replica's state, if it was in touch with the leader within <paramref name="age"/> (R21).</summary>
    public static ReadConsistency NoOlderThan(TimeSpan age) => new(ReadKind.MaxAge, default, age);
}

/// <summary>The kinds of <see cref="ReadConsistency"/>.</summary>
public enum ReadKind
{
    /// <summary>Confirmed by a quorum (R20a).</summary>
    Linearizable = 0,

    /// <summary>Confirmed by a lease (R20b).</summary>
    Lease = 1,

    /// <summary>Not confirmed at all.</summary>
    Local = 2,

    /// <summary>Bounded by a slot (R21).</summary>
    AtLeast = 3,

    /// <summary>Bounded by age (R21).</summary>
    MaxAge = 4,

    /// <summary>Ahead of choice (R18).</summary>
    Speculative = 5,
}
