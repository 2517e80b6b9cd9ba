using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Reads;
using PaxosSM.Takeover;

namespace PaxosSM.Roles;

/// <summary>Leads: gathers promises, takes over what they report (R5), and then proposes batches in its lane
/// (R6).</summary>
internal sealed class Proposer
{
    private const int AttemptsCounted = 8;
    private readonly ReplicaContext _context;
    private readonly Batcher _batcher;
    private readonly Stamps _stamps;
    private readonly LastResort _lastResort;
    private Phase _phase = new Following();
    private int _attempts;

    public Proposer(ReplicaContext context)
    {
        _context = context;
        _batcher = new(context.Options);
        _stamps = new(context.Options.StampSkewMax);
        _lastResort = new(context);
    }

    /// <summary>The ballot it stands or leads with; none while it follows.</summary>
    public Ballot Ballot => _phase switch
    {
        Preparing preparing => preparing.Ballot,
        Leading leading => leading.Reign.Ballot,
        _ => Ballot.None,
    };

    public bool Stands => _phase is not Following;

    /// <summary>The reign whose sync is chosen; null while there is none.</summary>
    public Reign? Reign => _phase is Leading { Reign.Synced: true } leading ? leading.Reign : null;

    public LeaderReads? Reads => (_phase as Leading)?.Reads;

    public void Stand(Ballot ballot, Instant now, Effects effects)
    {
        Invariant.Holds(ballot.Proposer == _context.Self && ballot.Incarnation == _context.Incarnation);
        var preparing = new Preparing(ballot, now);
        _phase = preparing;
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
        var view = new View(preparing.Ballot, adoption.ViewSlot.Next, [new(_context.Self, _context.Incarnation)]);
        foreach (var value in adoption.Suffix)
        {
            _stamps.OnAdopted(value.Stamp);
        }

        List<Value> suffix = [.. adoption.Suffix, new(ValueKind.View, _stamps.Next(), ViewCodec.Encode(view))];
        var reign = new Reign(_context, view, adoption.Base, suffix, now);
        _phase = new Leading(reign, new(_context, reign));
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
            effects.Tell(new Counted(new(leading.Reign.Ballot, Lane.Sync, leading.Reign.View.Slot)));
            leading.Reads.Beat(now, effects);
            TellChosen(leading.Reign, false, effects);
        }
    }

    public void On(NodeId from, Accepted accepted, Instant now, Effects effects)
    {
        if (_phase is Leading leading && accepted.Ballot == leading.Reign.Ballot
            && leading.Reign.Find(from) is { } acceptor && leading.Reign.On(acceptor, accepted, now, effects))
        {
            effects.Tell(new Counted(new(leading.Reign.Ballot, accepted.Lane, leading.Reign.Counted)));
            leading.HasNews = true;
        }
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
                effects.Send(learner, new LearnReply(reply.Range.First, values, leading.Reign.Counted, Slot.Zero));
            }
        }

        return [];
    }

    /// <summary>A learner asks a leader that learns nothing itself: no other learner has what it lacks, so the votes
    /// must tell.</summary>
    public void On(NodeId from, LearnRequest request, Effects effects)
    {
        if (_phase is Leading { Reign.Synced: true } leading && request.From <= leading.Reign.Counted)
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
        if (refused.Ballot != Ballot || refused.Promised <= refused.Ballot)
        {
            return false;
        }

        Depose(effects);
        return true;
    }

    /// <summary>Follows again: what waited is forgotten, its clients send again.</summary>
    public void Depose(Effects effects)
    {
        (_phase as Leading)?.Reads.Fail(effects);
        _phase = new Following();
        _batcher.Clear();
        _lastResort.Forget();
    }

    public PaxosError Submit(ReadOnlyMemory<byte> entries)
    {
        if (!Stands)
        {
            return PaxosError.NotLeader;
        }

        return _batcher.TryAdd(entries) ? PaxosError.None : PaxosError.Busy;
    }

    public void OnExecuted(LogTime time, LogTime nextDeadline) => _stamps.OnExecuted(time, nextDeadline);

    /// <returns>Why the proposer gave up; null while it goes on.</returns>
    public string? OnTick(LogTime wall, Slot frontier, Instant now, Effects effects)
    {
        _stamps.Wall = wall;
        switch (_phase)
        {
            case Preparing preparing:
                return TickPreparing(preparing, now, effects);
            case Leading leading:
                leading.Reign.OnTick(now, effects);
                leading.Reads.OnTick(now, effects);
                var lacking = _context.Has(MemberRoles.Learner) ? frontier : leading.LowestWanted.Previous;
                _lastResort.OnTick(now, leading.Reign.Ballot, lacking, leading.Reign.Counted, effects);
                return HearsQuorums(leading.Reign, now) ? null : "it does not hear a quorum of acceptors any more";
            default:
                return null;
        }
    }

    /// <summary>Proposes what waits, as far as the window reaches; then tells learners what is chosen, unless a
    /// proposal just did.</summary>
    public void Propose(Instant now, Effects effects)
    {
        if (_phase is not Leading leading)
        {
            return;
        }

        var reign = leading.Reign;
        var proposed = false;
        while (reign.HasRoom && NextValue(reign) is { } value)
        {
            reign.Propose(value, now, effects);
            proposed = true;
        }

        if (leading.HasNews)
        {
            TellChosen(reign, proposed, effects);
        }

        leading.HasNews = false;
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

    private Value? NextValue(Reign reign)
    {
        var lagging = _stamps.IsBehind && !_batcher.IsEmpty;
        if (lagging || (_stamps.IsWaitedFor && reign.IsIdle && _batcher.IsEmpty))
        {
            return new(ValueKind.Skip, _stamps.Next(), default);
        }

        return _batcher.IsEmpty ? null : new(ValueKind.Commands, _stamps.Next(), _batcher.Take());
    }

    private void TellChosen(Reign reign, bool proposed, Effects effects)
    {
        var chosen = new Chosen(new(reign.Ballot, default, reign.Counted), reign.Counted);
        foreach (var learner in _context.Configuration.Learners)
        {
            // Another node's acceptor was just told, with the proposal.
            if (!proposed || learner == _context.Self || reign.Find(learner) is null)
            {
                effects.Send(learner, chosen);
            }
        }
    }

    private abstract record Phase;

    private sealed record Following : Phase;

    private sealed record Preparing(Ballot Ballot, Instant Since) : Phase
    {
        public SortedDictionary<int, Promise> Promises { get; } = [];

        public Instant SentAt { get; set; } = Since;
    }

    private sealed record Leading(Reign Reign, LeaderReads Reads) : Phase
    {
        /// <summary>More is chosen than the learners were told.</summary>
        public bool HasNews { get; set; }

        /// <summary>What learners lack and no learner has; asked of a leader that does not learn itself.</summary>
        public SortedDictionary<NodeId, Slot> Wanted { get; } = [];

        public Slot LowestWanted => Wanted.Values.DefaultIfEmpty(Slot.Zero with { Index = long.MaxValue }).Min();
    }
}
