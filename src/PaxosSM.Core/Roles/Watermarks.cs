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
    /// proposes
    /// in its lane only once it counted its sync.
    /// </remarks>
    public void Raise(Watermark mark)
    {
        if (View is null || mark.Ballot != View.Ballot)
        {
            return;
        }

        if (mark.Lane != Lane.Sync && mark.Lane.Index < _lanes.Length)
        {
            ref var lane = ref _lanes[mark.Lane.Index];
            lane = Slot.Max(lane, mark.Through);
        }

        var leads = mark.Lane == Lane.Sync || OwnerOf(mark.Lane) == View.Ballot.Proposer;
        Synced |= leads && mark.Through >= View.Slot;
    }

    /// <summary>Whether a co-located vote is known to be for the chosen value.</summary>
    public bool Covers(Vote vote)
    {
        if (View is null || vote.Ballot != View.Ballot)
        {
            return false;
        }

        return vote.Slot <= View.Slot ? Synced : vote.Slot <= _lanes[View.LaneOf(vote.Slot).Index];
    }

    private bool Synced { get; set; }

    private NodeId OwnerOf(Lane lane) => lane.Index < _lanes.Length ? View!.Owners[lane.Index].Node : NodeId.None;
}
