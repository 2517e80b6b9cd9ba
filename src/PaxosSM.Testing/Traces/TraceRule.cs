using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>One rule that a trace must obey, told event by event.</summary>
/// <remarks>It says what is wrong, or null. It looks at what is known, and changes nothing.</remarks>
/// <param name="name">The rule's name.</param>
internal abstract class TraceRule(string name)
{
    /// <summary>The rule's name.</summary>
    public string Name { get; } = name;

    /// <summary>An event is next; the history ends right before it.</summary>
    public abstract string? On(in TraceEvent traced, TraceHistory history);

    /// <summary>A slot became chosen by the event, which the history holds by now.</summary>
    public virtual string? OnChosen(in ChosenMark chosen, TraceHistory history) => null;
}

/// <summary>A phase-2 quorum has voted for a value.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Ballot">The ballot that they voted in.</param>
/// <param name="Checksum">The value.</param>
internal readonly record struct ChosenMark(Slot Slot, Ballot Ballot, uint Checksum);
