namespace PaxosSM.Testing.Linearizability;

/// <summary>A command or query, as its client saw it.</summary>
public sealed record Operation
{
    /// <summary>Its number in the history.</summary>
    public required long Id { get; init; }

    /// <summary>Who called.</summary>
    public required int Client { get; init; }

    /// <summary>The ordered session that it was sent through; null without order (R17).</summary>
    /// <remarks>Commands of one ordered session take effect in the order of <see cref="Sequence"/>, even where they
    /// overlap in time; one that took effect shows that all before it did.</remarks>
    public int? Session { get; init; }

    /// <summary>Its place in its ordered session.</summary>
    public long Sequence { get; init; }

    /// <summary>Whether it only reads.</summary>
    public bool IsQuery { get; init; }

    /// <summary>What a query was promised; of no meaning for a command.</summary>
    public ReadConsistency Consistency { get; init; }

    /// <summary>What was asked for.</summary>
    public required ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>When it was called.</summary>
    public required Moment Called { get; init; }

    /// <summary>When its outcome was told; null when it never was.</summary>
    public Moment? Returned { get; init; }

    /// <summary>How it ended.</summary>
    public OperationOutcome Outcome { get; init; }

    /// <summary>What was answered, if it succeeded.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>The answer's slot: where a command was applied, or the last slot that a query saw; null when not
    /// known.</summary>
    public Slot? Slot { get; init; }

    /// <summary>How old the state that a query saw may be, as the answer says; null when it does not say.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>The replica that answered, and which life of it, such as <c>n1.3</c>; null when not known.</summary>
    public string? Replica { get; init; }

    /// <summary>Further answers to the same command, sent again.</summary>
    public IReadOnlyList<RepeatedAnswer> Repeats { get; init; } = [];

    /// <summary>Whether it succeeded.</summary>
    public bool Succeeded => Outcome == OperationOutcome.Succeeded;

    /// <summary>Whether it is a query that was promised every command acknowledged before it (R20).</summary>
    public bool IsLinearizableQuery => IsQuery && Consistency.Kind is ReadKind.Linearizable or ReadKind.Lease;
}

/// <summary>How an operation ended.</summary>
public enum OperationOutcome
{
    /// <summary>Nobody knows: a command may take effect at any time after its call, or never.</summary>
    Unknown = 0,

    /// <summary>It was answered: it took effect, once, between call and return.</summary>
    Succeeded = 1,

    /// <summary>It was refused: it has no effect, ever.</summary>
    Refused = 2,
}

/// <summary>Another answer to a command that was sent more than once.</summary>
/// <param name="Output">What was answered.</param>
/// <param name="Slot">Where it was applied, as this answer says.</param>
public sealed record RepeatedAnswer(ReadOnlyMemory<byte> Output, Slot? Slot);
