using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Quorums;

namespace PaxosSM.Roles;

/// <summary>The time of one ballot as leader: it spreads its sync, then its lane's slots, counts votes, and never
/// proposes twice for a slot (R6).</summary>
internal sealed class Reign
{
    private readonly ReplicaContext _context;
    private readonly IReadOnlyList<Value> _suffix;
    private readonly SlotLog<Value> _proposals = new();
    private NodeSet _syncVotes;
    private Slot _next;

    public Reign(ReplicaContext context, View view, Slot syncBase, IReadOnlyList<Value> suffix, Instant now)
    {
        _context = context;
        View = view;
        Base = syncBase;
        _suffix = suffix;
        _next = view.Start;
        Counted = syncBase;
        Acceptors = [.. from node in context.Configuration.Acceptors
                        select new AcceptorProgress(node, context.Configuration.PlaceOf(node)) { HeardAt = now }];
    }

    public View View { get; }

    public Ballot Ballot => View.Ballot;

    /// <summary>C of R5: everything up to here was chosen before this reign.</summary>
    public Slot Base { get; }

    /// <summary>The sync is chosen, as this leader counted (R7).</summary>
    public bool Synced { get; private set; }

    /// <summary>Everything up to here is chosen; above <see cref="Base"/> in this very ballot, as this leader
    /// counted.</summary>
    public Slot Counted { get; private set; }

    public IReadOnlyList<AcceptorProgress> Acceptors { get; }

    public bool HasRoom => Synced && _next.Index - Counted.Index <= _context.Options.WindowSlotsMax;

    public bool IsIdle => _next == Counted.Next;

    /// <summary>The highest slot proposed.</summary>
    public Slot Last => _next.Previous;

    public AcceptorProgress? Find(NodeId node)
    {
        foreach (var acceptor in Acceptors)
        {
            if (acceptor.Node == node)
            {
                return acceptor;
            }
        }

        return null;
    }

    public void Propose(Value value, Instant now, Effects effects)
    {
        Invariant.Holds(HasRoom);
        var slot = _next;
        _next = View.NextInLane(slot);
        _proposals.Set(slot, value);
        effects.Tell(new Proposed(Ballot, slot, value.Checksum));
        var accept = new Accept(Ballot, default, slot, value, Counted, Counted);
        foreach (var acceptor in Acceptors)
        {
            // Who is not heard of, or lacks the sync, or lost something on the way, gets it by Resend.
            // What is chosen may be passed (R4), so nobody need have got that.
            if (acceptor.Synced && _context.Hears(acceptor.Node) && Slot.Max(acceptor.Sent, Counted) == slot.Previous)
            {
                acceptor.Sent = slot;
                acceptor.SentAt = now;
                effects.Send(acceptor.Node, accept);
            }
        }
    }

    public void SendSync(AcceptorProgress to, Instant now, Effects effects)
    {
        // R3: sent again with the sender's frontier as its base; the deal always travels along.
        var message = Synced ? new Sync(Ballot, Counted, View, []) : new Sync(Ballot, Base, View, _suffix);
        to.SyncSentAt = now;
        effects.Send(to.Node, message);
    }

    /// <returns>Whether the sync became chosen by this vote.</returns>
    public bool On(AcceptorProgress from, SyncAccepted accepted, Effects effects)
    {
        from.Synced = true;
        from.Sent = Slot.Max(from.Sent, Slot.Max(View.Slot, from.Run.Through));
        if (Synced || accepted.Base != Base)
        {
            return false;
        }

        _syncVotes = _syncVotes.With(from.Place);
        Synced = _context.Quorums.IsPhase2(_syncVotes);
        if (Synced)
        {
            Counted = View.Slot;
            Teach(Base, _suffix, effects);
        }

        return Synced;
    }

    /// <returns>Whether more is chosen than before.</returns>
    public bool On(AcceptorProgress from, Accepted accepted, Instant now, Effects effects)
    {
        if (accepted.Through == Slot.Zero)
        {
            LoseSync(from, now, effects);
            return false;
        }

        var before = Counted;
        if (from.Report(accepted.From, accepted.Through))
        {
            Count(effects);
        }
        else if (accepted.Through < from.Sent)
        {
            FillGap(from, accepted.Through, effects);
        }

        return Counted > before;
    }

    /// <summary>The acceptor says that it lacks the sync.</summary>
    public void LoseSync(AcceptorProgress from, Instant now, Effects effects)
    {
        from.Synced = false;
        if (now - from.SyncSentAt > _context.Options.ResendInterval / 10)
        {
            SendSync(from, now, effects);
        }
    }

    /// <summary>Sends again what was not answered in time.</summary>
    public void OnTick(Instant now, Effects effects)
    {
        foreach (var acceptor in Acceptors)
        {
            if (!_context.Hears(acceptor.Node))
            {
                continue;
            }

            if (!acceptor.Synced)
            {
                if (now - acceptor.SyncSentAt >= _context.Options.ResendInterval)
                {
                    SendSync(acceptor, now, effects);
                }
            }
            else if (acceptor.Run.Through < Last && !IsIdle && now - acceptor.SentAt >= _context.Options.ResendInterval)
            {
                Resend(acceptor, now, effects);
            }
        }
    }

    private void Resend(AcceptorProgress to, Instant now, Effects effects)
    {
        for (var index = _proposals.IndexAbove(Slot.Max(Counted, to.Run.Through)); index < _proposals.Count; index++)
        {
            var (slot, value) = _proposals.At(index);
            effects.Send(to.Node, new Accept(Ballot, default, slot, value, Counted, Counted));
        }

        to.Sent = Last;
        to.SentAt = now;
    }

    // The run ended before what was sent: the next slot was lost, or overtaken, on the way. What follows it waits there
    // (R4), so this slot alone is sent again, and once: it may be that a copy was answered, by a node that is slow.
    private void FillGap(AcceptorProgress to, Slot through, Effects effects)
    {
        if (through == to.FilledAfter)
        {
            return;
        }

        to.FilledAfter = through;
        var index = _proposals.IndexAbove(Slot.Max(Counted, through));
        if (index < _proposals.Count)
        {
            var (slot, value) = _proposals.At(index);
            effects.Send(to.Node, new Accept(Ballot, default, slot, value, Counted, Counted));
        }
    }

    // R7: chosen is what a phase-2 quorum voted for in this ballot; what an acceptor passed as chosen is no vote of it.
    private void Count(Effects effects)
    {
        if (!Synced)
        {
            return;
        }

        var before = Counted;
        while (NextCounted() is { } through)
        {
            Counted = through;
        }

        if (Counted > before)
        {
            Teach(before, from proposal in _proposals where proposal.Key <= Counted select proposal.Value, effects);
        }

        _proposals.RemoveThrough(Counted);
    }

    // A learner without an acceptor beside it sees no votes: what was counted here goes as values to the one on
    // this node, or to all such learners when there is none.
    private void Teach(Slot after, IEnumerable<Value> values, Effects effects)
    {
        var configuration = _context.Configuration;
        var learns = _context.Has(MemberRoles.Learner);
        foreach (var learner in configuration.Learners)
        {
            if ((configuration.Find(learner)!.Roles & MemberRoles.Acceptor) == 0
                && (!learns || learner == _context.Self))
            {
                effects.Send(learner, new LearnReply(after.Next, [.. values], Counted, Slot.Zero));
            }
        }
    }

    // The highest slot through which some phase-2 quorum voted without a break from the first slot not counted yet.
    private Slot? NextCounted()
    {
        Slot? best = null;
        foreach (var candidate in Acceptors)
        {
            var through = Slot.Min(candidate.Run.Through, Last);
            if (through <= Counted || (best is not null && through <= best))
            {
                continue;
            }

            var voters = NodeSet.Empty;
            foreach (var acceptor in Acceptors)
            {
                if (acceptor.Run.From <= Counted && acceptor.Run.Through >= through)
                {
                    voters = voters.With(acceptor.Place);
                }
            }

            if (_context.Quorums.IsPhase2(voters))
            {
                best = through;
            }
        }

        return best;
    }
}
