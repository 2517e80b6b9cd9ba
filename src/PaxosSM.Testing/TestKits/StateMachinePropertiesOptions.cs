namespace PaxosSM.Testing.TestKits;

/// <summary>How <see cref="StateMachineProperties"/> looks at a machine.</summary>
public sealed record StateMachinePropertiesOptions
{
    /// <summary>Where commands come from; null for values made up from a typed machine's types, and any bytes for
    /// others.</summary>
    public PayloadSource? Commands { get; init; }

    /// <summary>Where queries come from; null as for commands.</summary>
    public PayloadSource? Queries { get; init; }

    /// <summary>How many scripts each property is tried with.</summary>
    public int Runs { get; init; } = 100;

    /// <summary>How long scripts grow at most.</summary>
    public int StepsMax { get; init; } = 30;

    /// <summary>Decides everything that is drawn; null for another one each time. A failure names it.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Whether a second process applies the same logs: it has other hash codes for strings, another time
    /// zone and another identity.</summary>
    public bool UsesSecondProcess { get; init; } = true;

    /// <summary>How long the second process may take for one log.</summary>
    public TimeSpan ProcessTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many smaller scripts are tried at most, once one failed.</summary>
    public int ShrinksMax { get; init; } = 2000;
}
