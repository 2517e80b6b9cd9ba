namespace PaxosSM.Testing.Simulation;

/// <summary>Effects that commands have outside the cluster, and those who take them (R27).</summary>
public sealed record OutboxPlan
{
    /// <summary>How many destinations there are effects for; 0 for machines without an outbox.</summary>
    public int Destinations { get; init; }

    /// <summary>How many commands and timers of a hundred have effects: one, or two.</summary>
    public int EffectPercent { get; init; } = 30;

    /// <summary>How many deliveries of a thousand don't reach the receiver.</summary>
    public int LossPermille { get; init; }

    /// <summary>How many of a thousand are taken, and the confirmation is lost.</summary>
    public int UnconfirmedPermille { get; init; }

    /// <summary>How many of a thousand arrive once more, up to <see cref="LateMax"/> later.</summary>
    public int RepeatPermille { get; init; }

    /// <summary>How late a repeat is at most.</summary>
    public TimeSpan LateMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many destinations a node delivers to side by side.</summary>
    public int SideBySide { get; init; } = 64;

    /// <summary>How many entries a node reads at once, at most.</summary>
    public int ReadEntriesMax { get; init; } = 256;

    /// <summary>How often an entry is tried before its destination is left alone, until somebody resumes it; 0 for
    /// ever.</summary>
    public int AttemptsMax { get; init; }

    /// <summary>How long one try may take.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long what was confirmed may wait before the log is told.</summary>
    public TimeSpan AcknowledgeInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long nothing happens before a node's own client is closed.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromSeconds(1);
}
