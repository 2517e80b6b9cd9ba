using PaxosSM.Messages;

namespace PaxosSM.Reads;

/// <summary>The follower's side of linearizable reads (R21): asks the leader for the bound, again when the answer is
/// late.</summary>
internal sealed class ForwardedReads(ReplicaContext context)
{
    private readonly SortedDictionary<long, (long Id, bool Lease, Instant SentAt)> _asked = [];

    // Numbers of this life only: an answer to a life before this one must not be taken for one to a later read.
    private long _number = (long)(context.Random.Next() >> 2);

    public bool IsIdle => _asked.Count == 0;

    public void Request(long id, bool lease, NodeId leader, Instant now, Effects effects) =>
        Ask(++_number, id, lease, leader, now, effects);

    public void On(ReadIndexReply reply, Effects effects)
    {
        if (_asked.Remove(reply.Id, out var asked))
        {
            effects.AnswerRead(new(asked.Id, reply.Error, reply.Bound, default));
        }
    }

    public void OnTick(NodeId leader, Instant now, Effects effects)
    {
        if (_asked.Count == 0)
        {
            return;
        }

        foreach (var (number, asked) in _asked.ToArray())
        {
            if (now - asked.SentAt >= context.Options.ResendInterval)
            {
                _asked.Remove(number);
                Ask(number, asked.Id, asked.Lease, leader, now, effects);
            }
        }
    }

    /// <summary>Nobody answers any more: whoever asked asks again.</summary>
    public void Fail(Effects effects)
    {
        foreach (var (_, asked) in _asked)
        {
            effects.AnswerRead(new(asked.Id, PaxosError.NotLeader, Slot.Zero, default));
        }

        _asked.Clear();
    }

    private void Ask(long number, long id, bool lease, NodeId leader, Instant now, Effects effects)
    {
        // This node leads by now, or led until now: whoever asks again comes to the right place.
        if (leader == NodeId.None || leader == context.Self)
        {
            effects.AnswerRead(new(id, PaxosError.NotLeader, Slot.Zero, default));
            return;
        }

        _asked[number] = (id, lease, now);
        effects.Send(leader, new ReadIndexRequest(number, lease));
    }
}
