namespace PaxosSM.Roles;

/// <summary>What is known to be chosen in the newest reign that this node voted in, sync and lane by lane
/// (R7).</summary>
internal sealed class Watermarks
{
    private Slot[] _lanes = [];

    /// <summary>The reign; null before the first.</summary>
    public View? View { get; private set; }

    public void Begin(View view)
    {
        if (View is null || view.Ballot > View.Ballot)
        {
            View = view;
            Synced = false;
            _lanes = new Slot[view.Owners.Count];
        }
    }

    /// <summary>Takes a watermark of this reign; others vouch for nothing here.</summary>
    /// <remarks>
    /// Two kinds vouch for the sync: its own, and one of the leader's lane that reaches the view's slot: the leader
    /// proposes in its lane only once it counted its sync.
    /// </remarks>
    /// <returns>Whether more is known to be chosen than before.</returns>
    public bool Raise(Watermark mark)
    {
        if (View is null || mark.Ballot != View.Ballot)
        {
            return false;
        }

        var rises = false;
        if (mark.Lane != Lane.Sync && mark.Lane.Index < _lanes.Length && IsOfLane(mark))
        {
            ref var lane = ref _lanes[mark.Lane.Index];
            rises = mark.Through > lane;
            lane = Slot.Max(lane, mark.Through);
        }

        var leads = mark.Lane == Lane.Sync || OwnerOf(mark.Lane) == View.Ballot.Proposer;
        rises |= !Synced && leads && mark.Through >= View.Slot;
        Synced |= leads && mark.Through >= View.Slot;
        return rises;
    }

    /// <summary>Every slot of this reign up to here is known to be chosen.</summary>
    public Slot Through
    {
        get
        {
            if (View is null || !Synced)
            {
                return Slot.Zero;
            }

            var next = new Slot(long.MaxValue);
            for (var index = 0; index < _lanes.Length; index++)
            {
                next = Slot.Min(next, View.NextInLane(new((ushort)index), _lanes[index]));
            }

            return next.Previous;
        }
    }

    /// <summary>The lane's slots up to here are known to be chosen.</summary>
    public Slot ThroughOf(Lane lane) => lane.Index < _lanes.Length ? _lanes[lane.Index] : Slot.Zero;

    /// <summary>Whether a co-located vote is known to be for the chosen value.</summary>
    public bool Covers(Vote vote) => Covers(vote.Slot, vote.Ballot);

    /// <summary>The same, of a vote's slot and ballot.</summary>
    public bool Covers(Slot slot, Ballot ballot)
    {
        if (View is null || ballot != View.Ballot)
        {
            return false;
        }

        return slot <= View.Slot ? Synced : slot <= _lanes[View.LaneOf(slot).Index];
    }

    /// <summary>The same marks, to go on by themselves.</summary>
    public Watermarks Copy() => new() { View = View, Synced = Synced, _lanes = [.. _lanes] };

    private bool Synced { get; set; }

    // A lane's mark names a slot of that lane, or one before the lanes begin: nothing of it is chosen yet.
    private bool IsOfLane(Watermark mark) => mark.Through < View!.Start || View.LaneOf(mark.Through) == mark.Lane;

    private NodeId OwnerOf(Lane lane) => lane.Index < _lanes.Length ? View!.Owners[lane.Index].Node : NodeId.None;
}
