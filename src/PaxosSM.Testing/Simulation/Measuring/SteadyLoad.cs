namespace PaxosSM.Testing.Simulation;

/// <summary>What clients ask of a cluster that is measured: commands of one size, all the time.</summary>
public sealed record SteadyLoad
{
    /// <summary>The places of the members whose clients send; empty for all that serve clients.</summary>
    public IReadOnlyList<int> Places { get; init; } = [];

    /// <summary>How many clients each of them has, in its region. Default 4.</summary>
    public int ClientsPerNode { get; init; } = 4;

    /// <summary>How long a command is, in bytes. Default 4,096.</summary>
    public int PayloadBytes { get; init; } = 4096;

    /// <summary>How many commands each client has under way: the end of one begins another. Default 16.</summary>
    public int InFlight { get; init; } = 16;

    /// <summary>How many commands each member's clients begin a second, whether others have ended or not; 0 (the
    /// default) where <see cref="InFlight"/> says how many.</summary>
    public int RatePerSecond { get; init; }

    /// <summary>How long the load lasts before it is measured. Default 1 s.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1);
}
