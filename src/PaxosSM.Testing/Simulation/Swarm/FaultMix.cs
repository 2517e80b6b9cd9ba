namespace PaxosSM.Testing.Simulation;

/// <summary>Which kinds of faults a plan has, and how often each comes.</summary>
/// <param name="Rates">How long it takes from one fault of a kind to the next, on average.</param>
internal sealed record FaultMix(IReadOnlyList<(FaultKind Kind, TimeSpan Every)> Rates)
{
    /// <summary>What the default profile meets: of each kind that operators know, one now and then.</summary>
    private static readonly (FaultKind Kind, int Seconds)[] Moderate =
    [
        (FaultKind.Of<Crash>(), 10),
        (FaultKind.Of<Cut>(), 15),
        (FaultKind.Of<Pause>(), 15),
        (FaultKind.Of<SlowDisk>(), 20),
        (FaultKind.Of<ClockJump>(), 30),
        (FaultKind.Of<FailedFlush>(), 60),
        (FaultKind.Of<FullDisk>(), 60),
    ];

    public static FaultMix Draw(SwarmOptions options, Dice dice)
    {
        var mix = options.Profile == SwarmProfile.Default
            ? new([.. Moderate.Select(each => (each.Kind, TimeSpan.FromSeconds(each.Seconds)))])
            : Swarm(options.Only ?? FaultKind.All, dice);
        return options.Only is { } only ? new([.. mix.Rates.Where(rate => only.Contains(rate.Kind))]) : mix;
    }

    // One plan of six is calm; the others have each kind with an equal chance. Drawn for all kinds, so that leaving one
    // out by hand changes as little as can be.
    private static FaultMix Swarm(IReadOnlyList<FaultKind> kinds, Dice dice)
    {
        var calm = dice.OneIn(6);
        var shortest = TimeSpan.FromMilliseconds(dice.Pick([150, 600, 2000]));
        var rates = new List<(FaultKind Kind, TimeSpan Every)>();
        foreach (var kind in FaultKind.All.Where(kind => !SwarmChanges.Kinds.Contains(kind)))
        {
            var (here, every) = (dice.OneIn(2), dice.Spread(shortest, shortest * 8));
            if (here && !calm && kinds.Contains(kind))
            {
                rates.Add((kind, every));
            }
        }

        return new(rates);
    }
}
