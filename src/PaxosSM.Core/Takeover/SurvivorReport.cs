using PaxosSM.Messages;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Takeover;

/// <summary>What one survivor of a group holds, once it has stopped for good in the fork that it was in (R33): nothing
/// of this changes any more.</summary>
/// <param name="Group">The group.</param>
/// <param name="Self">Who it is: what it does, where it is, and on which storage.</param>
/// <param name="Epoch">The newest epoch that it knows to have begun.</param>
public sealed record SurvivorReport(GroupId Group, Member Self, EpochStart Epoch)
{
    /// <summary>The members of the epoch before that one; null for the first.</summary>
    public Configuration? Before { get; init; }

    /// <summary>Everything up to here is chosen, and its values, or a snapshot of them, are here; zero where nobody
    /// learns.</summary>
    public Slot Frontier { get; init; }

    /// <summary>Everything up to here is known to be chosen, whether the values are here or not.</summary>
    public Slot KnownChosen { get; init; }

    /// <summary>Chosen values that it holds above a gap, in slot order.</summary>
    public IReadOnlyList<ChosenValue> Ahead { get; init; } = [];

    /// <summary>What its acceptor would promise with, with the votes of the reign last voted in that lie above
    /// <see cref="Frontier"/>, at or below its chosen-through too; null where it has no vote in the epoch.</summary>
    public Promise? Votes { get; init; }

    /// <summary>What its log has let go (R25).</summary>
    public Slot TrimmedTo { get; init; }
}
