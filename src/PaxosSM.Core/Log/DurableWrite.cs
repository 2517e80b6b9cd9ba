using PaxosSM.Reconfiguration;

namespace PaxosSM.Log;

/// <summary>A record for the durable log. The set is closed. Replayed in the order written.</summary>
public abstract record DurableWrite
{
    private protected DurableWrite()
    {
    }

    /// <summary>The epoch that it is of; zero, as all records of before epochs have, for the first.</summary>
    public Epoch Epoch { get; init; }
}

/// <summary>The acceptor's promise (R2).</summary>
/// <param name="Ballot">The ballot promised.</param>
public sealed record PromiseWrite(Ballot Ballot) : DurableWrite;

/// <summary>The acceptor's vote for a whole sync, in one record: all or nothing (R3).</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Base">Everything up to here is chosen.</param>
/// <param name="View">The deal.</param>
/// <param name="Suffix">The values above the base, through the view's.</param>
public sealed record SyncWrite(Ballot Ballot, Slot Base, View View, IReadOnlyList<Value> Suffix) : DurableWrite;

/// <summary>The acceptor's vote for a lane's slot, with the watermarks that came with it.</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Lane">The lane.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Value">The value.</param>
/// <param name="ChosenThrough">The acceptor's chosen-through.</param>
/// <param name="LaneThrough">What of the lane is chosen in this very ballot.</param>
public sealed record VoteWrite(Ballot Ballot, Lane Lane, Slot Slot, Value Value, Slot ChosenThrough, Slot LaneThrough)
    : DurableWrite
{
    /// <summary>The last of the lane's slots voted for: above <see cref="Slot"/> for a run of passed turns
    /// (R9).</summary>
    public Slot Last { get; init; } = Slot;

    /// <summary>How many slots lie from one of the lane's slots to the next.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>The slots voted for.</summary>
    public IEnumerable<Slot> Slots
    {
        get
        {
            for (var slot = Slot; slot <= Last; slot = new(slot.Index + Stride))
            {
                yield return slot;
            }
        }
    }
}

/// <summary>The acceptor's chosen-through rose without a vote.</summary>
/// <param name="ChosenThrough">The new chosen-through.</param>
public sealed record ChosenThroughWrite(Slot ChosenThrough) : DurableWrite;

/// <summary>The learner holds a chosen value that no co-located vote tells.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Value">The value.</param>
public sealed record LearnedWrite(Slot Slot, Value Value) : DurableWrite;

/// <summary>Everything of the acceptor that is not a vote, and the floor below which votes and values are let go
/// (R25).</summary>
/// <remarks>Once it is durable the log may drop the group's records that concern slots up to <paramref
/// name="TrimmedTo"/> only.</remarks>
/// <param name="Promised">The promise held.</param>
/// <param name="LastVoted">The ballot last voted in.</param>
/// <param name="SyncBase">That ballot's sync base.</param>
/// <param name="View">That ballot's deal; null for none.</param>
/// <param name="ChosenThrough">The chosen-through.</param>
/// <param name="TrimmedTo">The floor.</param>
public sealed record CheckpointWrite(
    Ballot Promised, Ballot LastVoted, Slot SyncBase, View? View, Slot ChosenThrough, Slot TrimmedTo) : DurableWrite
{
    /// <summary>How the acceptor's epoch began, since that record goes; null for the first epoch.</summary>
    public EpochWrite? Begins { get; init; }
}

/// <summary>An epoch begins at this node: what follows is of it, and nothing that came before it is a promise or a vote
/// in it (R12).</summary>
/// <param name="Start">How it begins.</param>
/// <param name="Before">The members of the epoch that this node was in before: they are answered, and told, how it
/// ended (R14). For the first epoch itself: a group that begins with a record of its members is known by its log alone
/// (R33).</param>
public sealed record EpochWrite(EpochStart Start, Configuration Before) : DurableWrite
{
    /// <summary>The record that a log of a group may begin with: the members of its first epoch.</summary>
    public static EpochWrite Genesis(Configuration founders) => new(EpochStart.Genesis(founders), founders);

    /// <summary>What a record tells of how an epoch began: itself, or a checkpoint that took its place; null for
    /// nothing.</summary>
    public static EpochWrite? In(DurableWrite? write) => write as EpochWrite ?? (write as CheckpointWrite)?.Begins;
}
