using PaxosSM.Log;

namespace PaxosSM.Roles;

/// <summary>Votes read back of a reign whose deal the log has let go, with the sync that told it.</summary>
/// <remarks>Each record names its lane, and how much of the lane was chosen in its very ballot by then: that tells
/// which votes are for chosen values (R7), whoever else had lanes.</remarks>
internal sealed class UndealtVotes
{
    private readonly SortedDictionary<int, SlotLog<Vote>> _lanes = [];
    private Ballot _ballot;

    /// <summary>Takes a record; records come in the order in which they were written.</summary>
    /// <returns>The votes of its lane that it shows to be for chosen values, and that were not told before.</returns>
    public IReadOnlyList<Vote> Take(VoteWrite write)
    {
        if (write.Ballot != _ballot)
        {
            _ballot = write.Ballot;
            _lanes.Clear();
        }

        if (!_lanes.TryGetValue(write.Lane.Index, out var votes))
        {
            votes = _lanes[write.Lane.Index] = new();
        }

        foreach (var slot in write.Slots)
        {
            votes.Set(slot, new(slot, write.Ballot, write.Value));
        }

        List<Vote> chosen = [.. votes.TakeWhile(vote => vote.Key <= write.LaneThrough).Select(vote => vote.Value)];
        votes.RemoveThrough(write.LaneThrough);
        return chosen;
    }

    /// <summary>The epoch is over, or everything was read back: what comes is of other reigns.</summary>
    public void Clear()
    {
        _ballot = default;
        _lanes.Clear();
    }
}
