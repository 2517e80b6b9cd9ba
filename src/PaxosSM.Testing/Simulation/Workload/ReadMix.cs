namespace PaxosSM.Testing.Simulation;

/// <summary>What simulated clients' queries are promised: of each kind, some.</summary>
internal static class ReadMix
{
    /// <summary>A promise. <c>After(Slot.Zero)</c> stands for the slot of the client's last answer.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="leases">Whether some queries trust leases (R20b).</param>
    public static ReadConsistency Draw(SeededRandom random, bool leases) => random.Below(100) switch
    {
        < 40 => ReadConsistency.Linearizable,
        < 60 => leases ? ReadConsistency.Lease : ReadConsistency.Linearizable,
        < 75 => ReadConsistency.Local,
        < 90 => ReadConsistency.NoOlderThan(TimeSpan.FromMilliseconds(1 + random.Below(500))),
        _ => ReadConsistency.After(Slot.Zero),
    };
}
