using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.Simulation;

/// <summary>What simulated clients ask of a simulated cluster, and what it should answer.</summary>
/// <remarks>Deterministic: all chance comes from the generator passed in. An instance serves one run.</remarks>
public interface IWorkload
{
    /// <summary>What answers should be.</summary>
    IModel Model { get; }

    /// <summary>The machine under test, empty: one for every replica.</summary>
    IStateMachine NewMachine();

    /// <summary>What a client does next.</summary>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="client">Which client.</param>
    /// <param name="plan">How many keys, queries, bytes.</param>
    WorkloadOperation Next(SeededRandom random, int client, ClientPlan plan);
}

/// <summary>An operation that a client is to start.</summary>
/// <param name="Input">What it asks for.</param>
/// <param name="IsQuery">Whether it only reads.</param>
/// <param name="Consistency">What a query is to be promised. <c>After(Slot.Zero)</c> stands for the slot of the
/// client's
/// last answer, which only the client knows.</param>
public readonly record struct WorkloadOperation(
    ReadOnlyMemory<byte> Input, bool IsQuery, ReadConsistency Consistency = default);
