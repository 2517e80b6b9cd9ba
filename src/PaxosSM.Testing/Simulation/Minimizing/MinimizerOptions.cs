namespace PaxosSM.Testing.Simulation;

/// <summary>How hard a minimizer tries.</summary>
public sealed record MinimizerOptions
{
    /// <summary>How many runs it may use. Default 400.</summary>
    public int RunsMax { get; init; } = 400;

    /// <summary>How many seeds it tries a smaller plan with before it gives it up: any change moves all chance that
    /// follows, and a failure that needs some luck may need another seed for it. Default 2.</summary>
    public int SeedsMax { get; init; } = 2;
}
