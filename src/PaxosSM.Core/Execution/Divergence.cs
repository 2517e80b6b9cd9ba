namespace PaxosSM.Execution;

/// <summary>Compares this replica's digests with the others' at checkpoint slots (R28).</summary>
/// <remarks>
/// A replica that differs from most of those that told their digest at a slot halts; where two disagree and nobody else
/// told
/// yet, the one that does not lead halts: the clients were answered by the other.
/// </remarks>
internal sealed class Divergence(ReplicaContext context)
{
    private const int CheckpointsMax = 16;
    private readonly SortedDictionary<Slot, SortedDictionary<NodeId, (ulong Chain, ulong Digest)>> _told = [];

    public void On(NodeId from, Slot slot, ulong chain, ulong digest, NodeId leader, Effects effects)
    {
        if (slot == Slot.Zero)
        {
            return;
        }

        if (!_told.TryGetValue(slot, out var told))
        {
            told = _told[slot] = [];
            if (_told.Count > CheckpointsMax)
            {
                _told.Remove(_told.Keys.First());
            }
        }

        told[from] = (chain, digest);
        if (told.TryGetValue(context.Self, out var own))
        {
            Compare(slot, told, own, leader, effects);
        }
    }

    private void Compare(
        Slot slot,
        SortedDictionary<NodeId, (ulong Chain, ulong Digest)> told,
        (ulong Chain, ulong Digest) own,
        NodeId leader,
        Effects effects)
    {
        var same = 0;
        var different = NodeId.None;
        foreach (var (node, digests) in told)
        {
            if (digests == own)
            {
                same++;
            }
            else
            {
                different = node;
            }
        }

        var others = told.Count - same;
        if (others > same || (others == same && leader != context.Self))
        {
            var (chain, digest) = told[different];
            effects.Tell(new Diverged(
                slot,
                $"at {slot} this replica has chain {own.Chain:x16} and digest {own.Digest:x16}, "
                + $"{context.Configuration.NameOf(different)} has {chain:x16} and {digest:x16}"));
        }
    }
}
