namespace PaxosSM.Testing.Simulation;

/// <summary>Somebody who has the group wedged, and unwedged again, and asks whoever leads until it is so.</summary>
internal sealed class Wedging(SimulatedCluster cluster)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private long _until;
    private bool _asks;

    /// <summary>It is to be wedged until then; of some that overlap the latest end counts.</summary>
    public void Until(long moment)
    {
        _until = Math.Max(_until, moment);
        if (!_asks)
        {
            _asks = true;
            Ask();
        }
    }

    // To the end of the run: what was asked for before may be chosen late.
    private void Ask()
    {
        var wanted = cluster.World.Now < _until;
        if (cluster.IsFounded && cluster.Newest is { Configuration: var present } && present.IsWedged != wanted)
        {
            cluster.Leader?.Process!.Replica.Reconfigure(present.Epoch, present.InNextEpoch(wanted), false);
        }

        cluster.World.After(World.Micros(AskAgain), Ask);
    }
}
