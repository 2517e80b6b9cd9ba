namespace PaxosSM.Testing.Simulation;

/// <summary>How wild a swarm's plans are.</summary>
public enum SwarmProfile
{
    /// <summary>Each seed draws everything: members, settings, which kinds of faults there are and how many.</summary>
    Swarm,

    /// <summary>Three nodes with default settings, 100 operations a second, now and then a fault: what speed is
    /// measured with.</summary>
    Default,

    /// <summary>Each seed draws members and settings; nothing goes wrong.</summary>
    Calm,
}

/// <summary>What a swarm's plans have in common.</summary>
public sealed record SwarmOptions
{
    /// <summary>Three nodes with default settings: what speed is measured with.</summary>
    public static SwarmOptions Default { get; } = new() { Profile = SwarmProfile.Default };

    /// <summary>How long each plan's clients send and things break, in simulated seconds. Default 10.</summary>
    public int Seconds { get; init; } = 10;

    /// <summary>How wild they are.</summary>
    public SwarmProfile Profile { get; init; } = SwarmProfile.Swarm;

    /// <summary>The only kinds of faults there may be; null for all.</summary>
    public IReadOnlyList<FaultKind>? Only { get; init; }
}
