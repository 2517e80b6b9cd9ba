namespace PaxosSM.Roles;

/// <summary>An acceptor's unbroken run of votes in one lane of the present reign (R4): above From, through
/// Through.</summary>
/// <param name="From">Slots up to here it passed as chosen, and did not vote for, or can't read its vote.</param>
/// <param name="Through">The last slot of the run.</param>
internal readonly record struct LaneProgress(Slot From, Slot Through)
{
    /// <summary>The run once all up to <paramref name="chosenThrough"/> is known to be chosen: what lies behind that
    /// may be passed.</summary>
    public LaneProgress Pass(View view, Lane lane, Slot chosenThrough)
    {
        if (chosenThrough <= Through)
        {
            return this;
        }

        var passed = new Slot(view.NextInLane(lane, chosenThrough).Index - view.Owners.Count);
        return passed > Through ? new(passed, passed) : this;
    }
}
