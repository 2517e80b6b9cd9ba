using PaxosSM.Election;
using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Reads;
using PaxosSM.Roles;

namespace PaxosSM;

/// <summary>One replica of a group: it hands inputs to the roles that this node plays and joins them by messages; it
/// decides nothing itself.</summary>
/// <remarks>
/// <para>LeaderWatch names a ballot to stand with; the proposer prepares, syncs and proposes; acceptors promise and
/// vote; what they voted for, and what the proposer counted as chosen, meets in the learner, which hands values to the
/// executor in slot order and fetches from other learners what it lacks. By messages, on one node as on two.</para>
/// <para>Not safe for use by many threads: one driver steps it. Sans I/O: what is to be done is in the effects.</para>
/// </remarks>
public sealed class Replica
{
    private readonly ReplicaContext _context;
    private readonly AcceptorState _votes;
    private readonly Acceptor _acceptor;
    private readonly Proposer _proposer;
    private readonly LearnerSide _learning;
    private readonly LeaderWatch _watch;
    private readonly Candidacy _candidacy;
    private readonly LeadershipTransfer _transfer;
    private readonly ForwardedReads _forwarded;
    private readonly Quiescence _quiescence;
    private Instant _now;
    private int _damaged;

    /// <summary>A replica, before <see cref="Recover(IReadOnlyList{RecoveredRecord}, Effects)"/>.</summary>
    /// <param name="context">Who it is.</param>
    /// <param name="restored">What the machine already holds, from a snapshot.</param>
    /// <param name="now">The moment.</param>
    /// <param name="saved">What a durable snapshot here covers; null for all that the machine holds.</param>
    public Replica(ReplicaContext context, Slot restored, Instant now, Slot? saved = null)
        : this(context, new Learner(context.Self, context.Options, restored), new(), saved ?? restored, now, now)
    {
    }

    /// <summary>A replica of an epoch that begins.</summary>
    /// <param name="context">Who it is there.</param>
    /// <param name="votes">What its acceptor holds.</param>
    /// <param name="before">The replica of the epoch before: what it learned, and holds snapshots of, goes on.</param>
    /// <param name="now">The moment.</param>
    /// <param name="born">When this life began: a lease of the one before may have run then (R20b).</param>
    internal Replica(ReplicaContext context, AcceptorState votes, Replica before, Instant now, Instant born)
        : this(context, before._learning.Learner, votes, before.SnapshotThrough, now, born)
    {
    }

    private Replica(
        ReplicaContext context, Learner learner, AcceptorState votes, Slot saved, Instant now, Instant born)
    {
        _context = context;
        _now = now;
        _votes = votes;
        _acceptor = new(context.Self, votes, new(context.Options.LeaseDuration, context.Incarnation > 1, born));
        _proposer = new(context);
        _learning = new(context, learner, saved, votes.TrimmedTo);
        _watch = new(context, now);
        _transfer = new(context, _proposer, _watch);
        _quiescence = new(context, _proposer, _watch, now);
        _candidacy = new(context, _proposer, _watch, _transfer, _learning, _quiescence);
        _forwarded = new(context);
    }

    /// <summary>The leader, as this node knows; none for nobody.</summary>
    public Ballot Leader => _watch.Leader;

    /// <summary>The leader's number; none for nobody.</summary>
    public NodeId LeaderNode => Leader == Ballot.None ? NodeId.None : Leader.Proposer;

    /// <summary>Whether this node's proposer stands, leads, or owns a lane: submissions may come here.</summary>
    public bool Stands => _proposer.Takes;

    /// <summary>Whether the group rests here: no ticks until something comes, or <see cref="RousesAt"/>.</summary>
    public bool Rests => _quiescence.Rests;

    /// <summary>Whether it rests, or its leader does: commands must rouse it first.</summary>
    public bool MustBeRoused => _quiescence.IsOn;

    /// <summary>When a replica that rests must be told the time, by the wall clock: a session or a timer waits for it,
    /// and this node leads; never for never.</summary>
    public LogTime RousesAt => _quiescence.RousesAt;

    /// <summary>The lanes of the present reign, as this node knows them; empty where it is no owner.</summary>
    public IReadOnlyList<LaneState> Lanes => _proposer.Owned?.Describe() ?? [];

    /// <summary>Everything up to here is chosen and present.</summary>
    public Slot Frontier => _learning.Frontier;

    /// <summary>Everything up to here is known to be chosen, in this epoch or in later ones.</summary>
    public Slot KnownChosen => _learning.KnownToExist;

    /// <summary>The highest slot proposed in this node's reign; zero when it has none.</summary>
    public Slot Proposed => _proposer.Owned?.Last ?? Slot.Zero;

    /// <summary>The floor of this node's log.</summary>
    public Slot TrimmedTo => _votes.TrimmedTo;

    /// <summary>What a durable snapshot here covers.</summary>
    public Slot SnapshotThrough => _learning.SnapshotThrough;

    /// <summary>The bytes of chosen values held.</summary>
    public long RetainedBytes => _learning.RetainedBytes;

    /// <summary>Slots that this acceptor can't read (R24).</summary>
    public IReadOnlyList<SlotRange> Faulty => _votes.Faulty;

    /// <summary>Why this node leads though it is drained; empty when it does not.</summary>
    public string DrainObstacle => _transfer.Obstacle;

    internal LearnerSide Learning => _learning;

    internal AcceptorState Votes => _votes;

    internal Proposer Proposer => _proposer;

    /// <summary>Takes what the log read back, before the first step; of effects, applies and events matter.</summary>
    public void Recover(IReadOnlyList<RecoveredRecord> records, Effects effects)
    {
        Recover(records, votes: true, learns: true, effects);
        effects.ForgetEvents();
        Announce(effects);
    }

    /// <summary>The same, without a word to anybody.</summary>
    /// <param name="records">The epoch's records.</param>
    /// <param name="votes">Whether they tell of this acceptor's votes; else the epoch is over.</param>
    /// <param name="learns">Whether they tell of chosen values that the machine may lack.</param>
    /// <param name="effects">Takes the applies.</param>
    internal void Recover(IReadOnlyList<RecoveredRecord> records, bool votes, bool learns, Effects effects)
    {
        _learning.Foresee(records);
        foreach (var record in records)
        {
            _damaged += record.Write is null ? 1 : 0;
            if (votes)
            {
                _votes.Recover(record);
            }

            if (learns)
            {
                _learning.Recover(record, effects);
            }
        }

        while (effects.TryTakeOwn(out _))
        {
        }

        _learning.Learner.OnRecovered();
    }

    /// <summary>What the records taught is told as one: how this life begins.</summary>
    internal void Announce(Effects effects)
    {
        _votes.ForgetLearned(_learning.Frontier);
        effects.Tell(new Started(
            _context.Incarnation,
            _context.Own,
            _context.Has(MemberRoles.Acceptor) ? _votes.Remember(_damaged) : null,
            _learning.Frontier));
        foreach (var range in _votes.Faulty)
        {
            effects.Tell(new FaultFound(range));
        }
    }

    /// <summary>The proposer here stands at the next tick, if nobody leads.</summary>
    internal void Hasten() => _watch.Hasten();

    /// <summary>Rests from the start: whoever comes first rouses it.</summary>
    internal void RestAtFirst() => _quiescence.Rest();

    /// <summary>Rests if nothing is under way here and, as far as this node knows, anywhere.</summary>
    /// <param name="guests">Nodes beside the members that learn from them.</param>
    /// <param name="now">The moment.</param>
    /// <param name="effects">Takes the leader's word to the others.</param>
    internal void TryRest(IReadOnlyList<NodeId> guests, Instant now, Effects effects)
    {
        var quiet = _proposer.IsQuiet && _learning.IsQuiet && _forwarded.IsIdle && _transfer.IsIdle;
        _quiescence.OnTick(quiet, Frontier, guests, now, effects);
    }

    /// <summary>The epoch is over: what waits for its leader is told so.</summary>
    internal void End(Effects effects)
    {
        _proposer.Depose(effects);
        _transfer.End(effects);
        _forwarded.Fail(effects);
    }

    /// <summary>Takes one input; adds what is to be done to <paramref name="effects"/>.</summary>
    public void Step(Input input, Instant now, Effects effects)
    {
        _now = now;
        _quiescence.Before(input, now, effects);
        Handle(input, effects);
        Settle(effects);
        if (Rests && !_learning.IsQuiet)
        {
            // What it brought may be more than this node has.
            _quiescence.Rouse(_context.Self, now, effects);
        }
    }

    /// <summary>After the last of a round of steps: proposes what gathered, and starts what can wait until
    /// then.</summary>
    public void EndRound(Instant now, Effects effects)
    {
        _now = now;
        _proposer.Propose(now, effects);
        _proposer.Reads?.Advance(now, _proposer.Reign is { } reign && _learning.IsApplied(reign.View.Slot), effects);
        _transfer.Advance(now, effects);
        Settle(effects);
        _learning.EndRound(Leader, effects);
    }

    /// <summary>Takes commands of this node's clients: proposes them here, or forwards them to the leader.</summary>
    public PaxosError Submit(ReadOnlyMemory<byte> entries, int count, Effects effects)
    {
        _quiescence.OnWork(_now);
        _proposer.NoteLoad(entries.Length);
        if (_proposer.Takes)
        {
            return Admit(_context.Self, entries);
        }

        if (Leader == Ballot.None)
        {
            return PaxosError.NotLeader;
        }

        effects.Send(_learning.OwnerFor(Leader), new Submit(entries, count));
        return PaxosError.None;
    }

    private void Settle(Effects effects)
    {
        while (effects.TryTakeOwn(out var message))
        {
            Handle(_context.Self, message, effects);
        }
    }

    private void Handle(Input input, Effects effects)
    {
        switch (input)
        {
            case Received received:
                Handle(received.From, received.Message, effects);
                break;
            case Ticked ticked:
                OnTick(ticked, effects);
                break;
            case Reachable reachable:
                _context.Hear(reachable.Hears);
                _context.Healthy = reachable.Healthy;
                break;
            case TransferRequested wish:
                _transfer.On(wish, _now, effects);
                break;
            case DrainRequested drain:
                _context.Drained = drain.Drained;
                break;
            case ReadRequested read:
                OnRead(_context.Self, read.Id, read.Lease, effects);
                break;
            case Executed executed:
                _learning.On(executed, effects);
                _proposer.OnExecuted(executed.Time, executed.NextDeadline);
                break;
            case DigestTaken taken:
                _learning.On(taken, LeaderNode, effects);
                break;
            case SnapshotSaved saved:
                _learning.On(saved, _now, effects);
                break;
            case SnapshotInstalled installed:
                _learning.On(installed, _now, effects);
                _proposer.OnExecuted(installed.Time, installed.NextDeadline);
                break;
            case SnapshotFailed:
                _learning.OnSnapshotFailed();
                break;
            default:
                Quiescence.Take(input);
                break;
        }
    }

    private void Handle(NodeId from, Message message, Effects effects)
    {
        switch (message)
        {
            case Prepare or Sync or Accept or Heartbeat or VotesRequest or Learned or Canvass:
                HandleAsAcceptor(from, message, effects);
                break;
            case VotesReply reply:
                _learning.Learn(reply.Range.First, _proposer.On(from, reply, effects), effects);
                break;
            case Chosen chosen:
                OnSign(from, chosen.Mark.Ballot, effects);
                Hear(from, chosen.Mark, chosen.ChosenThrough, chosen.Work);
                Learn(chosen, effects);
                break;
            case LearnRequest request when !_learning.Serves(request.From):
                _proposer.On(from, request, effects);
                break;
            case Voted or VotedSync or LearnRequest or LearnReply or Checkpoint:
                _learning.On(from, message, LeaderNode, _now, effects);
                break;
            case Submit submit:
                OnSubmit(from, submit, effects);
                break;
            case ReadIndexRequest read:
                OnRead(from, read.Id, read.Lease, effects);
                break;
            case ReadIndexReply reply:
                _forwarded.On(reply, effects);
                break;
            default:
                _candidacy.On(from, message, _now, effects);
                break;
        }
    }

    private void HandleAsAcceptor(NodeId from, Message message, Effects effects)
    {
        if (!_context.Has(MemberRoles.Acceptor))
        {
            HearOnly(from, message, effects);
            return;
        }

        switch (message)
        {
            case Heartbeat heartbeat:
                _acceptor.On(from, heartbeat, _now, effects);
                HearOnly(from, message, effects);
                break;
            case Accept accept:
                _acceptor.On(from, accept, effects);
                Settle(effects);
                HearOnly(from, message, effects);
                break;
            case Sync sync:
                _acceptor.On(from, sync, _now, effects);
                Settle(effects);
                HearOnly(from, message, effects);
                break;
            case Prepare prepare:
                OnPrepare(from, prepare, effects);
                break;
            case VotesRequest request:
                _acceptor.On(from, request, effects);
                break;
            case Canvass canvass:
                _watch.On(from, canvass, _acceptor.Promised, effects);
                break;
            case Learned learned:
                _acceptor.On(learned, effects);
                break;
            default:
                break;
        }
    }

    // What the message says of the leader, and of what is chosen, is for every node.
    private void HearOnly(NodeId from, Message message, Effects effects)
    {
        switch (message)
        {
            case Heartbeat heartbeat:
                OnSign(from, heartbeat.Ballot, effects);
                OnLed(from, heartbeat.Ballot, effects);
                Watermark mark = new(heartbeat.Ballot, default, heartbeat.LaneThrough);
                Hear(from, mark, heartbeat.ChosenThrough, Slot.Zero);
                Learn(new(new(heartbeat.Ballot, Lane.Sync, heartbeat.Sync), heartbeat.ChosenThrough), effects);
                Learn(new(mark, heartbeat.ChosenThrough), effects);
                break;
            case Accept accept:
                OnSign(from, accept.Ballot, effects);
                Watermark counted = new(accept.Ballot, accept.Lane, accept.LaneThrough);
                Hear(from, counted, accept.ChosenThrough, accept.Value.IsPass ? Slot.Zero : accept.Slot);
                Learn(new(counted, accept.ChosenThrough), effects);
                break;
            case Sync sync:
                _proposer.On(from, sync, _acceptor.Promised, effects);
                break;
            default:
                break;
        }
    }

    // Owners hear of each other what is chosen, and how far they must pass their own turns (R9).
    private void Hear(NodeId from, Watermark mark, Slot chosenThrough, Slot work)
    {
        if (from != _context.Self)
        {
            _proposer.Hear(mark, chosenThrough, work);
        }
    }

    private void OnPrepare(NodeId from, Prepare prepare, Effects effects)
    {
        var before = _acceptor.Promised;
        _acceptor.On(from, prepare, _now, effects);
        if (_acceptor.Promised > before)
        {
            if (_proposer.OnPromised(prepare.Ballot, effects))
            {
                _watch.OnDeposed(prepare.Ballot, $"the acceptor here promised {prepare.Ballot}", _now, effects);
            }

            _watch.OnPromised(prepare.Ballot, _now, effects);
        }
    }

    private void OnTick(Ticked ticked, Effects effects)
    {
        if (_proposer.OnTick(ticked.Wall, _learning.Frontier, _now, effects) is { } why)
        {
            _proposer.Depose(effects);
            _watch.OnDeposed(Ballot.None, why, _now, effects);
        }
        else if (!_transfer.IsUnderWay && _proposer.WhyDealAgain(_now) is { } reason)
        {
            _watch.OnDeposed(Ballot.None, reason, _now, effects);
            _proposer.Stand(_watch.NextBallot(), _now, effects);
        }

        _watch.OnTick(_now, _proposer.Stands, effects);
        _forwarded.OnTick(LeaderNode, _now, effects);
        _learning.OnTick(_now, effects);
        if (_learning.Trims(TrimmedTo, _votes.MayCheckpoint))
        {
            _learning.Trim(_learning.Floor, effects);
            _acceptor.Trim(_learning.Floor, effects);
        }
    }

    // A reign shows its first sign of life itself once its sync is chosen: only then does anybody follow it.
    // Another owner's work is no sign that the leader lives.
    private void OnSign(NodeId from, Ballot ballot, Effects effects)
    {
        var own = ballot.Proposer == _context.Self;
        if (from == ballot.Proposer && ballot >= _acceptor.Promised && (!own || ballot == _proposer.Ballot))
        {
            _watch.OnSign(ballot, _now, effects);
            _candidacy.OnSign(ballot, effects);
        }
    }

    // R2: who leads has a phase-1 quorum: nothing more is chosen below it. Who votes not hears it here first.
    private void OnLed(NodeId from, Ballot ballot, Effects effects)
    {
        if (from == ballot.Proposer && _proposer.OnPromised(ballot, effects))
        {
            _watch.OnDeposed(ballot, $"{_context.Configuration.NameOf(from)} leads with {ballot}", _now, effects);
        }
    }

    private void OnSubmit(NodeId from, Submit submit, Effects effects)
    {
        _quiescence.OnWork(_now);
        var error = CommandEntry.IsWellFormed(submit.Entries) ? Admit(from, submit.Entries) : PaxosError.BadRequest;
        if (error != PaxosError.None)
        {
            effects.Send(from, new SubmitRefused(error, LeaderNode));
        }
    }

    private PaxosError Admit(NodeId from, ReadOnlyMemory<byte> entries) =>
        _learning.IsFull ? PaxosError.Busy : _proposer.Submit(from, entries);

    private void OnRead(NodeId origin, long id, bool lease, Effects effects)
    {
        _quiescence.OnWork(_now);
        if (_proposer.Reads is { } reads)
        {
            reads.Request(origin, id, lease, effects);
        }
        else if (origin == _context.Self)
        {
            _forwarded.Request(id, lease, LeaderNode, _now, effects);
        }
        else
        {
            effects.Send(origin, new ReadIndexReply(id, PaxosError.NotLeader, Slot.Zero, NodeId.None));
        }
    }

    private void Learn(Chosen chosen, Effects effects) =>
        _learning.On(_context.Self, chosen, LeaderNode, _now, effects);
}
