using PaxosSM.Messages;

namespace PaxosSM.Reads;

/// <summary>The follower's side of linearizable reads (R21): asks the leader for the bound, again when the answer is late.</summary>
internal sealed class ForwardedReads(ReplicaContext context)
{
    private readonly SortedDictionary<long, (bool Lease, Instant SentAt)> _asked = [];

    public void Request(long id, bool lease, NodeId leader, Instant now, Effects effects)
    {
        if (leader == NodeId.None)
        {
            effects.AnswerRead(new(id, PaxosError.NotLeader, Slot.Zero, default));
            return;
        }

        _asked[id] = (lease, now);
        effects.Send(leader, new ReadIndexRequest(id, lease));
    }

    public void On(ReadIndexReply reply, Effects effects)
    {
        if (_asked.Remove(reply.Id))
        {
            effects.AnswerRead(new(reply.Id, reply.Error, reply.Bound, default));
        }
    }

    public void OnTick(NodeId leader, Instant now, Effects effects)
    {
        if (_asked.Count == 0)
        {
            return;
        }

        foreach (var (id, asked) in _asked.ToArray())
        {
            if (now - asked.SentAt >= context.Options.ResendInterval)
            {
                _asked.Remove(id);
                Request(id, asked.Lease, leader, now, effects);
            }
        }
    }
}
