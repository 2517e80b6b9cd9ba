using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.TestKits;

/// <summary>How <see cref="StateMachineProperties"/> looks at a machine.</summary>
public sealed record StateMachinePropertiesOptions
{
    /// <summary>Where commands come from; null for values made up from a typed machine's types, and any bytes for
    /// others.</summary>
    public PayloadSource? Commands { get; init; }

    /// <summary>Where queries come from; null as for commands.</summary>
    public PayloadSource? Queries { get; init; }

    /// <summary>What the machine should answer, one operation at a time; null leaves that open.</summary>
    /// <remarks>
    /// With a model the machine is held to it in two ways: beside it, script by script, and in whole simulated clusters
    /// whose clients' histories must be linearizable. <see cref="Model{TState}"/> and
    /// <see cref="TypedModel{TCommand, TResult, TQuery, TAnswer, TState}"/> are the convenient ways to write one. A
    /// model knows neither time nor leaders: there is none for a machine that answers by these.
    /// </remarks>
    public IModel? Model { get; init; }

    /// <summary>How many whole clusters are simulated with a <see cref="Model"/>; zero for none.</summary>
    public int Clusters { get; init; } = 20;

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
