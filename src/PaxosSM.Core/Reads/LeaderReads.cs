using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Roles;

namespace PaxosSM.Reads;

/// <summary>The leader's side of linearizable reads (R20): rounds of confirmation, shared by all reads that wait, and
/// the lease.</summary>
internal sealed class LeaderReads(ReplicaContext context, Reign reign)
{
    private const int WaitingMax = 100_000;
    private readonly List<WaitingRead> _waiting = [];
    private readonly List<WaitingRead> _inRound = [];
    private readonly Queue<(WaitingRead Read, Slot Bound)> _confirmed = new();
    private long _nonce;
    private long _round;
    private Slot _bound;
    private Instant _roundAt;
    private Instant _beatAt = new(long.MinValue / 2);

    /// <summary>A stop is proposed or adopted: nobody is told a bound until its outcome is known (R20).</summary>
    public bool AwaitsStop { get; set; }

    /// <summary>Whether leases are asked for: not while leadership is handed on. What was granted holds on
    /// (R20b).</summary>
    public bool AsksLease { get; set; } = true;

    /// <summary>Whether no read waits here.</summary>
    public bool IsIdle => _waiting.Count + _inRound.Count + _confirmed.Count == 0;

    public void Request(NodeId origin, long id, bool lease, Effects effects)
    {
        if (_waiting.Count + _inRound.Count + _confirmed.Count >= WaitingMax)
        {
            Answer(new(origin, id, lease), PaxosError.Busy, Slot.Zero, default, effects);
            return;
        }

        if (origin != context.Self)
        {
            reign.Owned?.OnFollowed();
        }

        _waiting.Add(new(origin, id, lease));
    }

    /// <summary>Until when the lease holds: no other ballot can be promised by a phase-1 quorum before
    /// (R20b).</summary>
    public Instant LeaseUntil()
    {
        var duration = context.Options.LeaseDuration - context.Options.LeaseDriftMax;
        var best = new Instant(long.MinValue / 2);
        foreach (var candidate in reign.Acceptors)
        {
            var holders = NodeSet.Empty;
            foreach (var acceptor in reign.Acceptors)
            {
                holders = acceptor.LeasedFrom >= candidate.LeasedFrom ? holders.With(acceptor.Place) : holders;
            }

            if (candidate.LeasedFrom > best && context.Quorums.MeetsEveryPhase1(holders))
            {
                best = candidate.LeasedFrom;
            }
        }

        return best + duration;
    }

    /// <summary>Shows a sign of life to all, and asks the acceptors whether the ballot still leads.</summary>
    public void Beat(Instant now, Effects effects)
    {
        // A nonce is the moment of its sending, never used twice: what a lease counts from (R20b).
        _nonce = Math.Max(_nonce + 1, now.Microseconds);
        _beatAt = now;
        var heartbeat = new Heartbeat(
            reign.Ballot,
            _nonce,
            reign.ChosenThrough,
            reign.Owned is null ? Slot.Zero : reign.View.Slot,
            reign.Owned?.Lanes[0].Counted ?? Slot.Zero,
            AsksLease && context.Options.LeaseDuration > TimeSpan.Zero);
        foreach (var member in context.Configuration.All)
        {
            effects.Send(member, heartbeat);
        }
    }

    public void On(AcceptorProgress from, HeartbeatAck ack, Instant now)
    {
        if (ack.Nonce > _nonce)
        {
            return; // never asked
        }

        from.HeardAt = now;
        from.Confirmed = Math.Max(from.Confirmed, ack.Nonce);
        if (ack.Leased && ack.Nonce > from.LeasedFrom.Microseconds)
        {
            from.LeasedFrom = new(ack.Nonce);
        }

        if (_inRound.Count > 0 && ack.Nonce >= _round)
        {
            _bound = Slot.Max(_bound, ack.Highest);
        }
    }

    public void OnTick(Instant now, Effects effects)
    {
        // A bound may be an orphan's slot, which an acceptor without the sync still reports: a later round has a lower
        // one.
        if (now - _roundAt >= context.Options.ResendInterval && _inRound.Count + _confirmed.Count > 0)
        {
            _waiting.InsertRange(0, _inRound);
            _waiting.InsertRange(0, from confirmed in _confirmed select confirmed.Read);
            _inRound.Clear();
            _confirmed.Clear();
        }

        if (now - _beatAt >= context.Options.HeartbeatInterval)
        {
            Beat(now, effects);
        }
    }

    /// <summary>Goes as far as it can: after every step.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="viewApplied">The reign's view is applied here.</param>
    /// <param name="effects">Takes answers.</param>
    public void Advance(Instant now, bool viewApplied, Effects effects)
    {
        if (reign.Owned is not { } owned || !viewApplied || AwaitsStop)
        {
            return;
        }

        ConfirmRound();
        while (_confirmed.TryPeek(out var first) && first.Bound <= reign.ChosenThrough)
        {
            _confirmed.Dequeue();
            Answer(first.Read, PaxosError.None, first.Bound, default, effects);
        }

        if (_waiting.Count == 0)
        {
            return;
        }

        AnswerByLease(owned, now, effects);
        if (_waiting.Count > 0 && _inRound.Count == 0)
        {
            StartRound(now, effects);
        }
    }

    /// <summary>The reign is over: nobody gets a bound from it.</summary>
    public void Fail(Effects effects)
    {
        foreach (var read in _waiting.Concat(_inRound).Concat(from confirmed in _confirmed select confirmed.Read))
        {
            Answer(read, PaxosError.NotLeader, Slot.Zero, default, effects);
        }

        _waiting.Clear();
        _inRound.Clear();
        _confirmed.Clear();
    }

    private void StartRound(Instant now, Effects effects)
    {
        _inRound.AddRange(_waiting);
        _waiting.Clear();
        _bound = Slot.Zero;
        _roundAt = now;
        Beat(now, effects);
        _round = _nonce;
    }

    private void ConfirmRound()
    {
        if (_inRound.Count == 0)
        {
            return;
        }

        var confirming = NodeSet.Empty;
        foreach (var acceptor in reign.Acceptors)
        {
            confirming = acceptor.Confirmed >= _round ? confirming.With(acceptor.Place) : confirming;
        }

        if (context.Quorums.ConfirmsReads(confirming))
        {
            // Who owns lanes must pass its turns up to there, though nobody may know of work there (R9).
            reign.Owned?.Await(_bound);
            foreach (var read in _inRound)
            {
                _confirmed.Enqueue((read, _bound));
            }

            _inRound.Clear();
        }
    }

    // R20b: whatever was answered anywhere lies below the leader's own lowest slot not counted, since learners learn
    // its lane from its marks alone; with one lane that is the highest slot known chosen. Where other lanes lag behind
    // that bound, a round's answer comes sooner. Whoever executes the read checks the lease afterwards.
    private void AnswerByLease(Ownership owned, Instant now, Effects effects)
    {
        var until = LeaseUntil();
        var bound = owned.LowestNotCounted.Previous;
        if (now >= until || bound > owned.ChosenThrough)
        {
            return;
        }

        _waiting.RemoveAll(read =>
        {
            var local = read.Lease && read.Origin == context.Self;
            if (local)
            {
                Answer(read, PaxosError.None, bound, until, effects);
            }

            return local;
        });
    }

    private void Answer(WaitingRead read, PaxosError error, Slot bound, Instant leaseUntil, Effects effects)
    {
        if (read.Origin == context.Self)
        {
            effects.AnswerRead(new(read.Id, error, bound, leaseUntil));
        }
        else
        {
            effects.Send(read.Origin, new ReadIndexReply(read.Id, error, bound, context.Self));
        }
    }

    private readonly record struct WaitingRead(NodeId Origin, long Id, bool Lease);
}
