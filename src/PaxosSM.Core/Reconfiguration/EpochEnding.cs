using PaxosSM.Roles;

namespace PaxosSM.Reconfiguration;

/// <summary>The leader's side of the end of an epoch (R11): takes the wish, judges it, and has the proposer
/// stop.</summary>
internal sealed class EpochEnding(ReplicaContext context, Proposer proposer, Func<NodeId, Slot?> progress)
{
    public ReconfigurationAnswer On(ReconfigurationRequested wish)
    {
        if (proposer.Reign is not { } reign)
        {
            return new(wish.Id, ReconfigurationError.NotLeader, "this node does not lead", 0);
        }

        var (error, text) = proposer.Stops
            ? (ReconfigurationError.UnderWay, "another change of this epoch is under way")
            : Readiness.Check(context, wish, progress, reign.ChosenThrough);
        if (error != ReconfigurationError.None)
        {
            return new(wish.Id, error, text, 0);
        }

        var next = wish.Next.InFork(context.Configuration.Fork);
        var value = new Stop(wish.Expected, context.Random.Next(), next).ToValue(LogTime.Zero);
        proposer.BeginStop(value);
        return new(wish.Id, ReconfigurationError.None, string.Empty, value.Checksum);
    }
}
