using PaxosSM.Messages;
using PaxosSM.Quorums;

namespace PaxosSM.Takeover;

/// <summary>R5's last resort: slots known chosen whose value no learner supplies are asked of a phase-1 quorum that has
/// promised the ballot.</summary>
/// <remarks>The vote of the highest ballot among them is the chosen value: nothing above it was ever chosen there, and
/// it adopted what was chosen before.</remarks>
internal sealed class LastResort(ReplicaContext context)
{
    private const int SlotsMax = 64;
    private readonly SortedDictionary<int, VotesReply> _replies = [];
    private VotesRequest? _asking;
    private Instant _askedAt;
    private Instant _stuckSince = Instant.Never;
    private Slot _stuckAt;
    private bool _paid;

    /// <summary>Asks, when the leader's own learner has been stuck below what is chosen for longer than learners need
    /// to answer.</summary>
    public void OnTick(Instant now, Ballot ballot, Slot frontier, Slot chosenThrough, Effects effects)
    {
        if (frontier >= chosenThrough)
        {
            Forget();
            return;
        }

        var interval = context.Options.ResendInterval;
        var patience = interval * (context.Configuration.Learners.Count + 1);
        if (_stuckSince == Instant.Never || _stuckAt != frontier)
        {
            // Where votes told what no learner could, what follows is asked for without waiting again.
            var since = _paid ? now + -patience : now;
            Forget();
            _stuckSince = since;
            _stuckAt = frontier;
        }

        if (_asking is not null && _asking.Ballot != ballot)
        {
            // The leader dealt again: nobody answers its older ballot any more.
            _asking = null;
            _replies.Clear();
        }

        var due = _asking is null ? now - _stuckSince >= patience : now - _askedAt >= interval;
        if (!due)
        {
            return;
        }

        // The same slots until they are found: answers about others would say nothing of these.
        _asking ??= new(ballot, new(frontier.Next, Slot.Min(chosenThrough, new(frontier.Index + SlotsMax))));
        _askedAt = now;
        foreach (var acceptor in context.Configuration.Acceptors)
        {
            effects.Send(acceptor, _asking);
        }
    }

    /// <summary>The values found so far, of consecutive slots from the first asked for; empty for none.</summary>
    public IReadOnlyList<Value> On(NodeId from, VotesReply reply)
    {
        var place = context.Configuration.PlaceOf(from);
        if (_asking is null || reply.Ballot != _asking.Ballot || reply.Range != _asking.Range || place < 0)
        {
            return [];
        }

        _replies[place] = reply;
        var found = new List<Value>();
        for (var slot = reply.Range.First; slot <= reply.Range.Last && Find(slot) is { } value; slot = slot.Next)
        {
            found.Add(value);
        }

        _paid |= found.Count > 0;
        return found;
    }

    public void Forget()
    {
        _asking = null;
        _stuckSince = Instant.Never;
        _paid = false;
        _replies.Clear();
    }

    private Value? Find(Slot slot)
    {
        var answered = NodeSet.Empty;
        Vote? highest = null;
        foreach (var (place, reply) in _replies)
        {
            // Dropped: the chosen value is with that node's learner, and wins. Faulty is no answer (R24).
            if (IsIn(reply.Dropped, slot))
            {
                return null;
            }

            if (IsIn(reply.Faulty, slot))
            {
                continue;
            }

            answered = answered.With(place);
            foreach (var vote in reply.Votes)
            {
                if (vote.Slot == slot && (highest is null || vote.Ballot > highest.Value.Ballot))
                {
                    highest = vote;
                }
            }
        }

        return context.Quorums.IsPhase1(answered) ? highest?.Value : null;
    }

    private static bool IsIn(IReadOnlyList<SlotRange> ranges, Slot slot)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(slot))
            {
                return true;
            }
        }

        return false;
    }
}
