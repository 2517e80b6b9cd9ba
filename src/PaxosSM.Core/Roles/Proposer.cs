using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Reads;
using PaxosSM.Takeover;

namespace PaxosSM.Roles;

/// <summary>Stands for leader, takes over what acceptors report (R5), and deals lanes; as an owner, of a lane of its
/// own reign or of another's, it proposes batches (R6).</summary>
internal sealed class Proposer
{
    private const int AttemptsCounted = 8;
    private readonly ReplicaContext _context;
    private readonly Batcher _batcher;
    private readonly Stamps _stamps;
    private readonly LastResort _lastResort;
    private readonly Dealer _dealer;
    private Phase _phase = new Following();
    private Ownership? _owned;
    private Ballot _spent;
    private int _attempts;
    private long _load;

    public Proposer(ReplicaContext context)
    {
        _context = context;
        _batcher = new(context);
        _stamps = new(context.Options.StampSkewMax);
        _lastResort = new(context);
        _dealer = new(context);
    }

    /// <summary>The ballot it stands or leads with; none while it follows.</summary>
    public Ballot Ballot => _phase switch
    {
        Preparing preparing => preparing.Ballot,
        Leading leading => leading.Reign.Ballot,
        _ => Ballot.None,
    };

    public bool Stands => _phase is not Following;

    /// <summary>Whether commands may come here: it owns a lane, or may soon.</summary>
    public bool Takes => Stands || _owned is not null;

    /// <summary>The own reign, once its sync is chosen; null while there is none.</summary>
    public Reign? Reign => _phase is Leading { Reign.Owned: not null } leading ? leading.Reign : null;

    /// <summary>The lanes owned here, in the own reign or in another's; null for none.</summary>
    public Ownership? Owned => _owned;

    public LeaderReads? Reads => (_phase as Leading)?.Reads;

    public LogTime NextDeadline => _stamps.NextDeadline;

    /// <summary>Whether nothing waits here to be proposed, counted or read, and every acceptor heard follows.</summary>
    public bool IsQuiet => _batcher.IsEmpty && _owned is not { IsSettled: false } && _phase.IsQuiet(_context, _stamps);

    // R19: who learns nothing hears the log's time soon from those who do, and stamps nothing before.
    private bool MayStamp => _stamps.KnowsLog || _context.Has(MemberRoles.Learner);

    public void Stand(Ballot ballot, Instant now, Effects effects)
    {
        Invariant.Holds(ballot.Proposer == _context.Self && ballot.Incarnation == _context.Incarnation);
        var preparing = new Preparing(ballot, now);
        (_phase as Leading)?.Reads.Fail(effects);
        _phase = preparing;
        EndLanes();
        _spent = Ballot.Max(_spent, ballot);
        _attempts++;
        effects.Tell(new Standing(ballot));
        SendPrepare(preparing, effects);
    }

    public void On(NodeId from, Promise promise, Slot knownChosen, Instant now, Effects effects)
    {
        var place = _context.Configuration.PlaceOf(from);
        if (_phase is not Preparing preparing || promise.Ballot != preparing.Ballot || place < 0
            || !IsWellFormed(promise))
        {
            return;
        }

        preparing.Promises[place] = promise;
        if (Adoption.Compute(preparing.Promises, knownChosen, _context.Quorums) is not { } adoption)
        {
            return;
        }

        // Phase 1 ends here, once a ballot: suffix and view are what they are from now on (R5, R6).
        var stops = adoption.Stops(_context.Configuration.Epoch);
        var view = new View(preparing.Ballot, adoption.ViewSlot.Next, _dealer.Deal(now, alone: stops));
        foreach (var value in adoption.Suffix)
        {
            _stamps.OnAdopted(value.Stamp);
        }

        var stamp = MayStamp ? _stamps.Next() : LogTime.Zero;
        List<Value> suffix = [.. adoption.Suffix, new(ValueKind.View, stamp, ViewCodec.Encode(view))];
        var reign = new Reign(_context, view, adoption.Base, suffix, now);
        var leading = new Leading(reign, new(_context, reign));
        _phase = leading;
        if (stops)
        {
            // R11: a stop that can end this epoch is completed, and nothing is proposed after it.
            leading.BeginStop(null);
        }

        effects.Tell(new TakenOver(view.Ballot, adoption.Base, adoption.Adopted, view)
        {
            Promises = [.. from node in _context.Configuration.Acceptors
                           where adoption.Counted.Contains(_context.Configuration.PlaceOf(node))
                           select node],
            Checksums = [.. from value in suffix select value.Checksum],
        });
        foreach (var acceptor in reign.Acceptors)
        {
            reign.SendSync(acceptor, now, effects);
        }
    }

    public void On(NodeId from, SyncAccepted accepted, Instant now, Effects effects)
    {
        if (_phase is Leading leading && accepted.Ballot == leading.Reign.Ballot
            && leading.Reign.Find(from) is { } acceptor && leading.Reign.On(acceptor, accepted, effects))
        {
            _attempts = 0;
            _owned = leading.Reign.Owned!;
            effects.TellCounted(new(leading.Reign.Ballot, Lane.Sync, leading.Reign.View.Slot));
            leading.Reads.Beat(now, effects);
            _owned.TellBegin(effects);
            leading.Reign.Deal(now, effects);
        }
    }

    public void On(NodeId from, Accepted accepted, Instant now, Effects effects)
    {
        if (_owned is not { } owned || accepted.Ballot != owned.Ballot)
        {
            return;
        }

        if (accepted.Through == Slot.Zero && _phase is Leading leading && leading.Reign.Ballot == accepted.Ballot
            && leading.Reign.Find(from) is { } acceptor)
        {
            leading.Reign.LoseSync(acceptor, now, effects);
        }
        else if (owned.On(from, accepted, now, effects) is { } lane)
        {
            effects.TellCounted(lane.Mark);
        }
    }

    /// <summary>A reign's deal, with the word that its sync is chosen: the base covers it. It counts only for the life
    /// that it names (R6).</summary>
    /// <param name="from">The leader.</param>
    /// <param name="sync">Its sync, sent again.</param>
    /// <param name="promised">What the acceptor here has promised; none on a node without.</param>
    /// <param name="effects">Takes the answer.</param>
    public void On(NodeId from, Sync sync, Ballot promised, Effects effects)
    {
        // R13: a node whose storage was replaced counts its lives anew, and has no right to the old ones' deals.
        if (!_context.Has(MemberRoles.Proposer) || sync.Base < sync.View.Slot
            || sync.Ballot.Proposer == _context.Self || from != sync.Ballot.Proposer
            || sync.Ballot < promised || sync.Ballot <= _spent || Stands)
        {
            return;
        }

        EndLanes();
        _spent = sync.Ballot;
        var owned = new Ownership(_context, sync.View, _ => true);
        if (owned.Lanes.Count > 0)
        {
            _owned = owned;
            owned.TellBegin(effects);
        }
    }

    /// <summary>What another owner counted and worked.</summary>
    public void Hear(Watermark mark, Slot chosenThrough, Slot work) => _owned?.Hear(mark, chosenThrough, work);

    public void On(NodeId from, OwnerBeat beat, Instant now) => _dealer.On(from, beat, now);

    /// <summary>A higher ballot was promised, or leads: one phase 1 revokes every lane (R2).</summary>
    /// <param name="ballot">The ballot.</param>
    /// <param name="effects">Takes the refusals of what waits.</param>
    /// <returns>Whether this proposer stood for less, and follows now.</returns>
    public bool OnPromised(Ballot ballot, Effects effects)
    {
        if (ballot > (_owned?.Ballot ?? Ballot.None))
        {
            EndLanes();
        }

        if (!Stands || ballot <= Ballot)
        {
            return false;
        }

        HandOn(ballot, effects);
        Depose(effects);
        return true;
    }

    public void On(NodeId from, HeartbeatAck ack, Instant now, Effects effects)
    {
        if (_phase is not Leading leading || ack.Ballot != leading.Reign.Ballot
            || leading.Reign.Find(from) is not { } acceptor)
        {
            return;
        }

        leading.Reads.On(acceptor, ack, now);
        if (!ack.Synced)
        {
            leading.Reign.LoseSync(acceptor, now, effects);
        }
    }

    /// <returns>Values that R5's last resort found, of consecutive slots from the request's first.</returns>
    public IReadOnlyList<Value> On(NodeId from, VotesReply reply, Effects effects)
    {
        if (_phase is not Leading leading || reply.Ballot != leading.Reign.Ballot)
        {
            return [];
        }

        var values = _lastResort.On(from, reply);
        if (_context.Has(MemberRoles.Learner))
        {
            return values;
        }

        foreach (var (learner, slot) in leading.Wanted.ToArray())
        {
            // Dropped: a learner has it, or a snapshot that covers it, and wins.
            var dropped = reply.Dropped.Any(range => range.Contains(slot));
            if (dropped || (values.Count > 0 && reply.Range.Contains(slot)))
            {
                leading.Wanted.Remove(learner);
                effects.Send(
                    learner, new LearnReply(reply.Range.First, values, leading.Reign.ChosenThrough, Slot.Zero));
            }
        }

        return [];
    }

    /// <summary>A learner asks a leader that learns nothing itself: no other learner has what it lacks, so the votes
    /// must tell.</summary>
    public void On(NodeId from, LearnRequest request, Effects effects)
    {
        if (Reign is { } reign && request.From <= reign.ChosenThrough && _phase is Leading leading)
        {
            leading.Wanted[from] = request.From;
            return;
        }

        effects.Send(from, new LearnReply(request.From, [], Slot.Zero, Slot.Zero));
    }

    /// <returns>Whether the refusal deposed this proposer. A lease of another ballot refuses too (R20b), and
    /// passes.</returns>
    public bool On(Refused refused, Effects effects)
    {
        if (refused.Promised <= refused.Ballot)
        {
            return false;
        }

        if (refused.Ballot == _owned?.Ballot)
        {
            EndLanes();
        }

        if (refused.Ballot != Ballot)
        {
            return false;
        }

        HandOn(refused.Promised, effects);
        Depose(effects);
        return true;
    }

    /// <summary>Follows again: what waited is forgotten, its clients send again.</summary>
    public void Depose(Effects effects)
    {
        (_phase as Leading)?.Reads.Fail(effects);
        // Lanes of another's reign, taken meanwhile, stay.
        var own = Ballot;
        _phase = new Following();
        if (_owned is null || _owned.Ballot == own)
        {
            EndLanes();
            _batcher.Clear();
        }

        _lastResort.Forget();
    }

    /// <summary>Clients of this node sent so many bytes, wherever they are proposed: what deals follow (R8).</summary>
    public void NoteLoad(int bytes) => _load += bytes;

    /// <summary>Takes commands to propose; in a wedged epoch none, whoever sent them.</summary>
    public PaxosError Submit(NodeId from, ReadOnlyMemory<byte> entries)
    {
        if (from != _context.Self)
        {
            _owned?.OnFollowed();
        }

        return !Takes ? PaxosError.NotLeader
            : !_context.Configuration.Takes(entries) ? PaxosError.Wedged
            : _batcher.TryAdd(entries) ? PaxosError.None : PaxosError.Busy;
    }

    /// <summary>The group rested, and is needed again: whoever leads shows it, and nobody's silence counts.</summary>
    public void OnRoused(Instant now, Effects effects) => (_phase as Leading)?.OnRoused(_dealer, now, effects);

    public void OnExecuted(LogTime time, LogTime nextDeadline) => _stamps.OnExecuted(time, nextDeadline);

    /// <returns>Why the proposer gave up; null while it goes on.</returns>
    public string? OnTick(LogTime wall, Slot frontier, Instant now, Effects effects)
    {
        _stamps.Wall = wall;
        _dealer.ShowReady(_load, _owned?.Ballot ?? Ballot.None, now, effects);
        _owned?.OnTick(now, effects);
        switch (_phase)
        {
            case Preparing preparing:
                return TickPreparing(preparing, now, effects);
            case Leading leading:
                leading.Reign.OnTick(now, effects);
                leading.Reads.OnTick(now, effects);
                var lacking = _context.Has(MemberRoles.Learner) ? frontier : leading.LowestWanted.Previous;
                _lastResort.OnTick(now, leading.Reign.Ballot, lacking, leading.Reign.ChosenThrough, effects);
                return HearsQuorums(leading.Reign, now) ? null : "it does not hear a quorum of acceptors any more";
            default:
                return null;
        }
    }

    /// <summary>Whether all that was proposed here is chosen; with other owners nobody waits for it.</summary>
    public bool IsSettled => _owned is not { View.Owners.Count: 1 } owned || owned.IsIdle;

    /// <summary>Proposes no commands any more, for another node shall lead; what comes waits. Only while this node
    /// leads.</summary>
    public void Pause(NodeId heir) => ((Leading)_phase).Heir = heir;

    /// <summary>Goes on after <see cref="Pause"/>, and asks for leases again.</summary>
    public void Resume()
    {
        if (_phase is Leading leading)
        {
            leading.Heir = null;
            leading.Reads.AsksLease = true;
        }
    }

    /// <summary>Whether the own reign ends with a stop: asked for, proposed or adopted (R11).</summary>
    public bool Stops => _phase is Leading { Stops: true };

    /// <summary>Ends the epoch as soon as there is room for it; nothing else is proposed here any more. Only while this
    /// node leads (<see cref="Reign"/>), once a reign.</summary>
    public void BeginStop(Value stop)
    {
        Invariant.Holds(Reign is not null && !Stops);
        ((Leading)_phase).BeginStop(stop);
    }

    /// <summary>Why the leader should stand again, with a higher ballot, to deal the lanes anew (R8); null while the
    /// deal is good.</summary>
    /// <remarks>R11: a stop that only waits for this node's votes is not dealt around; one that waits for another
    /// owner's turns would wait for ever.</remarks>
    public string? WhyDealAgain(Instant now) =>
        Reign is { } reign && !(Stops && reign.View.Owners.All(owner => owner.Node == _context.Self))
            ? _dealer.OnTick(reign.Owned!, now)
            : null;

    /// <summary>Proposes what waits, as far as the window reaches, and passes turns that others wait for; then tells
    /// what is chosen, unless a proposal just did.</summary>
    public void Propose(Instant now, Effects effects)
    {
        if (_owned is not { } owned)
        {
            return;
        }

        var proposed = ProposeStop(owned, now, effects);
        var rests = Stops || _phase is Leading { Heir: not null };
        while (!rests && owned.Free(_batcher.NextBytesMax) is { } lane && NextValue(owned) is { } value)
        {
            owned.Propose(lane, value, now, effects);
            proposed = true;
        }

        owned.PassTurns(_batcher.IsEmpty || !MayStamp || rests, now, effects);
        owned.TellNews(proposed, Stops, effects);
    }

    private bool ProposeStop(Ownership owned, Instant now, Effects effects)
    {
        if (_phase is not Leading { Stop: { } stop } leading || owned.Ballot != leading.Reign.Ballot
            || owned.Free(stop.Size) is not { } lane)
        {
            return false;
        }

        leading.BeginStop(null);
        owned.Propose(lane, stop, now, effects);
        return true;
    }

    // R3: all votes above the chosen-through are of the ballot last voted in, and the deal is that ballot's.
    private static bool IsWellFormed(Promise promise) =>
        promise.LastVoted < promise.Ballot
        && (promise.View is null || promise.View.Ballot == promise.LastVoted)
        && promise.Votes.All(vote => vote.Ballot == promise.LastVoted && vote.Slot > promise.ChosenThrough);

    private string? TickPreparing(Preparing preparing, Instant now, Effects effects)
    {
        // Promises may carry a whole window over a slow link: each attempt in a row gets longer.
        if (now - preparing.Since > _context.Options.ElectionTimeout * Math.Min(_attempts, AttemptsCounted))
        {
            return "too few acceptors promised in time";
        }

        if (now - preparing.SentAt >= _context.Options.ResendInterval)
        {
            preparing.SentAt = now;
            SendPrepare(preparing, effects);
        }

        return null;
    }

    private void SendPrepare(Preparing preparing, Effects effects)
    {
        foreach (var acceptor in _context.Configuration.Acceptors)
        {
            if (!preparing.Promises.ContainsKey(_context.Configuration.PlaceOf(acceptor)))
            {
                effects.Send(acceptor, new Prepare(preparing.Ballot));
            }
        }
    }

    // R23: a leader that stops hearing a quorum of either phase steps down.
    private bool HearsQuorums(Reign reign, Instant now)
    {
        var heard = NodeSet.Empty;
        foreach (var acceptor in reign.Acceptors)
        {
            heard = now - acceptor.HeardAt < _context.Options.ElectionTimeout ? heard.With(acceptor.Place) : heard;
        }

        return _context.Healthy && _context.Quorums.CanLead(heard);
    }

    private Value? NextValue(Ownership owned)
    {
        if (!MayStamp)
        {
            return null;
        }

        // R19: it is the leader that moves the log's time on.
        var lagging = _stamps.IsBehind && !_batcher.IsEmpty;
        if (lagging || (_stamps.IsWaitedFor && owned.IsIdle && _batcher.IsEmpty && Reign is not null))
        {
            return new(ValueKind.Skip, _stamps.Next(), default);
        }

        return _batcher.IsEmpty ? null : new(ValueKind.Commands, _stamps.Next(), _batcher.Take());
    }

    // What waits need not wait for each client to send it again.
    private void HandOn(Ballot ballot, Effects effects)
    {
        if (_phase is Leading { Heir: { } heir } && heir == ballot.Proposer)
        {
            _batcher.HandTo(heir, effects);
        }
    }

    // A ballot's deal is taken once, ever (R6). What waited goes nowhere from here: its clients send it again, wherever
    // the lanes are now; a new attempt of this very proposer keeps it.
    private void EndLanes()
    {
        if (_owned is not null && _phase is Following)
        {
            _batcher.Clear();
        }

        _owned = null;
    }
}
