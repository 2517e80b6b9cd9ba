using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Quorums;

namespace PaxosSM.Roles;

/// <summary>One lane of a reign, at its owner: it proposes the lane's slots, counts their votes, and never proposes
/// twice for a slot (R6).</summary>
internal sealed class OwnedLane
{
    // No run of passed turns is longer than acceptors take at once.
    private const int HorizonMax = 1 << 15;

    private readonly ReplicaContext _context;
    private readonly View _view;
    private readonly AcceptorRun[] _acceptors;
    private readonly SlotLog<Value> _proposals = new();
    private int _inFlight;

    /// <summary>A lane in which nothing was proposed yet.</summary>
    /// <param name="context">Who owns it.</param>
    /// <param name="view">The deal.</param>
    /// <param name="lane">Which one of it.</param>
    /// <param name="isSynced">Whether an acceptor is known to hold the sync.</param>
    public OwnedLane(ReplicaContext context, View view, Lane lane, Predicate<NodeId> isSynced)
    {
        _context = context;
        _view = view;
        Lane = lane;
        Counted = ChosenThrough = view.Slot;
        Next = view.FirstOf(lane);
        _acceptors = [.. from node in context.Configuration.Acceptors
                         select new AcceptorRun(node, context.Configuration.PlaceOf(node))
                         {
                             Synced = isSynced(node),
                             Sent = view.Slot,
                         }];
    }

    public Lane Lane { get; }

    /// <summary>The lane's slots up to here are chosen in this very ballot, as counted here (R7).</summary>
    public Slot Counted { get; private set; }

    /// <summary>The first slot not proposed for.</summary>
    public Slot Next { get; private set; }

    /// <summary>The last slot proposed for; before the lane's first one when there is none.</summary>
    public Slot Last => new(Next.Index - _view.Owners.Count);

    /// <summary>The highest slot proposed for with something that is no passed turn; zero for none.</summary>
    public Slot Work { get; private set; }

    /// <summary>All slots of all lanes up to here are chosen: nobody needs them from here any more.</summary>
    public Slot ChosenThrough { get; private set; }

    /// <summary>Whether everything proposed is counted.</summary>
    public bool IsIdle => Counted >= Last;

    /// <summary>The bytes proposed that a take-over would have to adopt.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether one more batch may be proposed: they are bounded in number while not counted, and in slots
    /// ahead of what is chosen (R9); their bytes are the owner's to bound.</summary>
    public bool HasRoom => _inFlight < _context.Options.WindowSlotsMax && Next <= Horizon;

    /// <summary>How far ahead of what is chosen an owner may run (R9).</summary>
    public Slot Horizon => new(ChosenThrough.Index + HorizonOf(_context, _view));

    /// <summary>How many slots an owner may run ahead of what is chosen; each lane has turns in its half.</summary>
    public static long HorizonOf(ReplicaContext context, View view) =>
        Math.Clamp(context.Options.HorizonSlots, 4 * view.Owners.Count, HorizonMax);

    public Watermark Mark => new(_view.Ballot, Lane, Counted);

    /// <summary>Whether everything proposed is counted, and every acceptor that is heard follows.</summary>
    public bool IsSettled =>
        IsIdle && Array.TrueForAll(_acceptors, acceptor => acceptor.Synced || !_context.Hears(acceptor.Node));

    public AcceptorRun? Find(NodeId node)
    {
        foreach (var acceptor in _acceptors)
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
        Invariant.Holds(HasRoom && !value.IsPass);
        _inFlight++;
        Work = Next;
        Propose(value, Next, now, effects);
    }

    /// <summary>Passes the lane's turns up to a slot, as far as the horizon reaches (R9): one record for the
    /// run.</summary>
    public void Pass(Slot through, Instant now, Effects effects)
    {
        var turns = _view.TurnsBetween(Lane, Last, Slot.Min(through, Horizon));
        if (turns > 0)
        {
            Propose(Value.Pass, new(Last.Index + (turns * _view.Owners.Count)), now, effects);
        }
    }

    /// <returns>Whether more is chosen than before.</returns>
    public bool On(AcceptorRun from, Accepted accepted, Instant now, Effects effects)
    {
        if (accepted.Through == Slot.Zero)
        {
            from.Synced = false; // the leader sends it the sync; until then one proposal asks whether it came
            return false;
        }

        from.Synced = true;
        var before = Counted;
        if (from.Report(accepted.From, accepted.Through))
        {
            from.WaitingSince = now;
            Count(effects);
        }
        else if (accepted.Through == from.Run.Through && accepted.Through < from.Sent)
        {
            FillGap(from, accepted.Through, effects);
        }

        return Counted > before;
    }

    /// <summary>All lanes are chosen up to a slot: no acceptor needs the proposals up to there (R4).</summary>
    public void OnChosen(Slot through)
    {
        ChosenThrough = Slot.Max(ChosenThrough, through);
        while (_proposals.Count > 0 && _proposals.First <= Slot.Min(ChosenThrough, Counted))
        {
            var value = _proposals.At(0).Value;
            Bytes -= value.IsPass ? 0 : value.Size;
            value.Release();
            _proposals.RemoveThrough(_proposals.First);
        }
    }

    /// <summary>Sends again what was not answered in time.</summary>
    public void OnTick(Instant now, Effects effects)
    {
        foreach (var acceptor in _acceptors)
        {
            if (_context.Hears(acceptor.Node) && _proposals.Count > 0 && acceptor.Run.Through < Last
                && now - acceptor.WaitingSince >= _context.Options.ResendInterval)
            {
                Resend(acceptor, now, effects);
            }
        }
    }

    private void Propose(Value value, Slot last, Instant now, Effects effects)
    {
        var (first, stride) = (Next, _view.Owners.Count);
        for (var slot = first; slot <= last; slot = new(slot.Index + stride))
        {
            _proposals.Set(slot, value);
            value.Hold();
            Bytes += value.IsPass ? 0 : value.Size;
        }

        Next = new(last.Index + stride);
        effects.TellProposed(_view.Ballot, first, last, stride, value);
        var accept = Ask(first, last, value);
        foreach (var acceptor in _acceptors)
        {
            // Who is not heard of, or lacks the sync, or lost something on the way, gets it by Resend.
            // What is chosen may be passed (R4), so nobody need have got that.
            if (acceptor.Synced && _context.Hears(acceptor.Node)
                && _view.NextInLane(Lane, Slot.Max(acceptor.Sent, ChosenThrough)) == first)
            {
                // What was sent before and is not answered goes on being waited for, however much follows it.
                acceptor.WaitingSince =
                    Slot.Max(acceptor.Run.Through, ChosenThrough) >= acceptor.Sent ? now : acceptor.WaitingSince;
                acceptor.Sent = last;
                effects.Send(acceptor.Node, accept);
            }
        }
    }

    private Accept Ask(Slot first, Slot last, Value value) =>
        new(_view.Ballot, Lane, first, value, ChosenThrough, Counted) { Last = last };

    private void Resend(AcceptorRun to, Instant now, Effects effects)
    {
        to.WaitingSince = now;
        for (var index = Above(to.Run.Through); index < _proposals.Count;)
        {
            effects.Send(to.Node, AskFrom(ref index));
            if (!to.Synced)
            {
                return;
            }
        }

        to.Sent = Last;
    }

    // The run ended before what was sent: the next slot was lost, or overtaken, on the way. What follows it waits there
    // (R4), so this slot alone is sent again, and once: it may be that a copy was answered, by a node that is slow.
    private void FillGap(AcceptorRun to, Slot through, Effects effects)
    {
        if (through == to.FilledAfter)
        {
            return;
        }

        to.FilledAfter = through;
        var index = Above(through);
        if (index < _proposals.Count)
        {
            effects.Send(to.Node, AskFrom(ref index));
        }
    }

    private int Above(Slot through) => _proposals.IndexAbove(Slot.Max(ChosenThrough, through));

    // The proposal at a place, with the passed turns that follow it when it is one; the place moves behind them.
    private Accept AskFrom(ref int index)
    {
        var (first, value) = _proposals.At(index);
        var last = first;
        for (index++; value.IsPass && index < _proposals.Count && _proposals.At(index).Value.IsPass; index++)
        {
            last = _proposals.At(index).Key;
        }

        return Ask(first, last, value);
    }

    // R7: chosen is what a phase-2 quorum voted for in this ballot; what an acceptor passed as chosen is no vote of it.
    private void Count(Effects effects)
    {
        var before = Counted;
        while (NextCounted() is { } through)
        {
            Counted = through;
        }

        if (Counted > before)
        {
            for (var index = _proposals.IndexAbove(before); IsCounted(index); index++)
            {
                _inFlight -= _proposals.At(index).Value.IsPass ? 0 : 1;
            }

            Teach(before, effects);
            OnChosen(ChosenThrough);
        }
    }

    private bool IsCounted(int index) => index < _proposals.Count && _proposals.At(index).Key <= Counted;

    private void Teach(Slot after, Effects effects)
    {
        if (!_context.Configuration.HasLearnersApart)
        {
            return;
        }

        List<Value> values = [];
        for (var index = _proposals.IndexAbove(after); IsCounted(index); index++)
        {
            values.Add(_proposals.At(index).Value);
        }

        Teaching.Teach(_context, _view, _view.NextInLane(Lane, after), values, effects);
    }

    // The highest slot through which some phase-2 quorum voted without a break from the first slot not counted yet.
    private Slot? NextCounted()
    {
        Slot? best = null;
        foreach (var candidate in _acceptors)
        {
            var through = Slot.Min(candidate.Run.Through, Last);
            if (through <= Counted || (best is not null && through <= best))
            {
                continue;
            }

            var voters = NodeSet.Empty;
            foreach (var acceptor in _acceptors)
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
