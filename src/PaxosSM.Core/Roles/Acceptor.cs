using PaxosSM.Log;
using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>The memory of Paxos: it promises ballots, and votes for syncs and then for lanes' slots (R1..R4).</summary>
/// <remarks>Lamport, <i>Paxos Made Simple</i> §2.2, requirement P1a; the sync as one vote is PROTOCOL's R3.</remarks>
internal sealed class Acceptor
{
    // A longer run of passed turns comes in pieces: no message makes an acceptor work without a bound.
    private const int RunSlotsMax = 1 << 16;

    private readonly AcceptorState _state;
    private readonly Lease _lease;
    private readonly EarlyAccepts _early = new();
    private readonly NodeId _self;

    public Acceptor(NodeId self, AcceptorState state, Lease lease)
    {
        _self = self;
        _state = state;
        _lease = lease;
    }

    public Ballot Promised => _state.Promised;

    public void On(NodeId from, Prepare prepare, Instant now, Effects effects)
    {
        var ballot = prepare.Ballot;
        var repeat = ballot == _state.Promised && _state.LastVoted != ballot;
        if ((ballot <= _state.Promised && !repeat) || _lease.Forbids(ballot, now))
        {
            effects.Send(from, new Refused(ballot, _state.Promised));
            return;
        }

        if (!repeat)
        {
            _state.Promise(ballot);
            _early.Clear();
            effects.Write(new PromiseWrite(ballot));
            effects.TellAfterWrite(new PromiseMade(ballot));
        }

        effects.SendAfterWrite(from, _state.Report(ballot));
    }

    public void On(NodeId from, Sync sync, Instant now, Effects effects)
    {
        if (sync.Ballot < _state.Promised || _lease.Forbids(sync.Ballot, now))
        {
            effects.Send(from, new Refused(sync.Ballot, _state.Promised));
            return;
        }

        if (sync.Ballot == _state.LastVoted)
        {
            RaiseChosenThrough(sync.Base, effects);
            if (_state.View is null)
            {
                // R24: the record of this very sync can't be read; its deal is no vote, and need not stay unknown.
                _state.TakeDeal(sync.View);
                if (_state.MayCheckpoint)
                {
                    effects.Write(_state.Checkpoint());
                }
            }

            if (_state.LacksSync)
            {
                return; // R24: it may be a tear, a vote that nobody was told of; what can't be read is no answer
            }
        }
        else
        {
            if (!IsWellFormed(sync))
            {
                return; // no vote: the sender is wrong, not this replica
            }

            _state.VoteSync(sync.Ballot, sync.Base, sync.View, sync.Suffix);
            effects.Write(new SyncWrite(sync.Ballot, sync.Base, sync.View, sync.Suffix));
            effects.TellAfterWrite(
                new SyncVoted(sync.Ballot, sync.Base, sync.View, [.. from value in sync.Suffix select value.Checksum]));
            effects.Send(_self, new VotedSync(sync.Base, sync.View, sync.Suffix));
        }

        effects.SendAfterWrite(from, new SyncAccepted(sync.Ballot, _state.SyncBase));
    }

    public void On(NodeId from, Accept accept, Effects effects)
    {
        if (accept.Ballot < _state.Promised)
        {
            effects.Send(from, new Refused(accept.Ballot, _state.Promised));
            return;
        }

        // R3: the first vote in a ballot is its sync.
        if (accept.Ballot != _state.LastVoted || _state.View is null)
        {
            effects.Send(from, new Accepted(accept.Ballot, accept.Lane, Slot.Zero, Slot.Zero));
            return;
        }

        if (!IsOfLane(accept, _state.View))
        {
            return; // no vote: the sender is wrong, not this replica
        }

        var rises = _state.RaiseChosenThrough(accept.ChosenThrough);
        if (_state.NextOf(accept.Lane) < accept.Slot)
        {
            _early.Keep(accept);
        }
        else
        {
            Vote(accept, effects);
        }

        VoteEarly(accept.Lane, effects);
        if (rises)
        {
            // What is chosen may be passed in every lane (R4).
            for (ushort lane = 0; lane < _state.View.Owners.Count; lane++)
            {
                VoteEarly(new(lane), effects);
            }

            _early.Forget(_state.ChosenThrough);
        }

        // A copy is answered again; one that would leave a gap is answered with where the run ends (R4).
        var run = _state.ProgressOf(accept.Lane);
        effects.SendAfterWrite(from, new Accepted(accept.Ballot, accept.Lane, run.From, run.Through));
    }

    public void On(NodeId from, Heartbeat heartbeat, Instant now, Effects effects)
    {
        if (heartbeat.Ballot < _state.Promised)
        {
            effects.Send(from, new Refused(heartbeat.Ballot, _state.Promised));
            return;
        }

        var leased = heartbeat.WantsLease && _lease.Grant(heartbeat.Ballot, now);
        var synced = heartbeat.Ballot == _state.LastVoted;
        if (synced)
        {
            RaiseChosenThrough(heartbeat.ChosenThrough, effects);
        }

        effects.Send(from, new HeartbeatAck(heartbeat.Ballot, heartbeat.Nonce, _state.Highest, leased, synced));
    }

    /// <summary>R5's last resort: the leader asks those that promised its ballot for old votes.</summary>
    public void On(NodeId from, VotesRequest request, Effects effects)
    {
        if (request.Ballot < _state.Promised)
        {
            effects.Send(from, new Refused(request.Ballot, _state.Promised));
            return;
        }

        if (request.Ballot == _state.Promised)
        {
            effects.SendAfterWrite(from, _state.ReportVotes(request.Ballot, request.Range));
        }
    }

    public void On(Learned learned, Effects effects)
    {
        foreach (var range in _state.ForgetLearned(learned.Through))
        {
            effects.Tell(new FaultRepaired(range));
        }
    }

    /// <summary>Drops what concerns slots up to the floor only; durable before the log deletes anything
    /// (R25).</summary>
    public void Trim(Slot floor, Effects effects)
    {
        _state.Trim(floor);
        effects.Write(_state.Checkpoint());
        effects.TellAfterWrite(new Trimmed(floor));
    }

    // For what of the proposal lies above the lane's run: nothing of a copy, the rest of a run of passed turns.
    private void Vote(Accept accept, Effects effects)
    {
        var first = _state.NextOf(accept.Lane);
        if (first > accept.Last)
        {
            return;
        }

        var stride = _state.View!.Owners.Count;
        var mark = new Watermark(accept.Ballot, accept.Lane, accept.LaneThrough);
        for (var slot = first; slot <= accept.Last; slot = new(slot.Index + stride))
        {
            _state.VoteSlot(accept.Lane, slot, accept.Value);
            effects.Send(_self, new Voted(new(slot, accept.Ballot, accept.Value)) { Durable = mark });
        }

        VoteWrite vote =
            new(accept.Ballot, accept.Lane, first, accept.Value, _state.ChosenThrough, accept.LaneThrough)
            {
                Last = accept.Last,
                Stride = stride,
            };
        effects.Write(vote);
        effects.TellVotedAfterWrite(vote);
    }

    private static bool IsOfLane(Accept accept, View view) =>
        accept.Slot >= view.Start && view.LaneOf(accept.Slot) == accept.Lane
        && (accept.Last == accept.Slot
            || (accept.Value.IsPass && accept.Last > accept.Slot && view.LaneOf(accept.Last) == accept.Lane
                && accept.Last.Index - accept.Slot.Index < RunSlotsMax));

    // What overtook another proposal on the way may be next now.
    private void VoteEarly(Lane lane, Effects effects)
    {
        while (_early.TryTake(_state.LastVoted, _state.NextOf(lane), out var early))
        {
            Vote(early, effects);
        }
    }

    private static bool IsWellFormed(Sync sync) =>
        sync.View.Ballot == sync.Ballot
        && sync.View.Slot > Slot.Zero
        && sync.Suffix.Count == Math.Max(0, sync.View.Slot.Index - sync.Base.Index);

    private void RaiseChosenThrough(Slot chosenThrough, Effects effects)
    {
        if (_state.RaiseChosenThrough(chosenThrough))
        {
            effects.Write(new ChosenThroughWrite(_state.ChosenThrough));
            effects.TellAfterWrite(new ChosenThroughRaised(_state.ChosenThrough));
        }
    }
}
