namespace PaxosSM.Execution;

/// <summary>Compares this replica's digests with the others' at checkpoint slots (R28).</summary>
/// <remarks>
/// A replica halts when more than half of the learners agree on something else. Where that can't be, since the learners
/// heard of are divided evenly, those that differ from the leader halt: the leader answered its clients.
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
        var against = 0;
        var different = NodeId.None;
        foreach (var (node, digests) in told)
        {
            var agreeing = told.Values.Count(other => other == digests);
            same = node == context.Self ? agreeing : same;
            if (digests != own && agreeing > against)
            {
                against = agreeing;
                different = node;
            }
        }

        var outvoted = against > context.Configuration.Learners.Count / 2;
        if (outvoted
            || (against >= same && against > 0 && EveryoneHeardTold(told) && DiffersFromLeader(told, own, leader)))
        {
            var (chain, digest) = told[different];
            effects.Tell(new Diverged(
                slot,
                $"at {slot} this replica has chain {own.Chain:x16} and digest {own.Digest:x16}, "
                + $"{context.Configuration.NameOf(different)} has {chain:x16} and {digest:x16}"));
        }
    }

    private bool EveryoneHeardTold(SortedDictionary<NodeId, (ulong Chain, ulong Digest)> told) =>
        context.Configuration.Learners.All(learner => told.ContainsKey(learner) || !context.Hears(learner));

    private static bool DiffersFromLeader(
        SortedDictionary<NodeId, (ulong Chain, ulong Digest)> told, (ulong Chain, ulong Digest) own, NodeId leader) =>
        told.TryGetValue(leader, out var leading) && leading != own;
}
