using PaxosSM.Messages;
using PaxosSM.Quorums;

namespace PaxosSM.Election;

/// <summary>Watches the leader, and decides when this node's proposer stands (R23). Its one output is a ballot to stand
/// with.</summary>
/// <remarks>
/// Only a proposer that hears a phase-1 and a phase-2 quorum of acceptors which, too, see no working leader spends a
/// ballot: a node that merely lost sight of the leader deposes nobody (Omni-Paxos' chained scenario), and a leader that
/// lost its quorum steps down by itself (its quorum-loss scenario), so that its followers become willing.
/// </remarks>
internal sealed class LeaderWatch
{
    // Who is drained stands all the same once nobody else did for so long.
    private const int DrainedTimeouts = 4;
    private readonly ReplicaContext _context;
    private Instant _lastSign;
    private TimeSpan _patience;
    private long _round;
    private NodeSet _willing;
    private Ballot _highest;
    private bool _leaderRests;

    public LeaderWatch(ReplicaContext context, Instant now)
    {
        _context = context;
        _lastSign = now;

        // Nobody leads a cluster that just started: no need to wait for a silent leader's full time.
        _patience = (context.Options.ElectionTimeout / 4) + context.Random.Below(context.Options.ElectionTimeout / 2);
    }

    /// <summary>The ballot that leads, as far as this node knows; none when it was silent for too long.</summary>
    public Ballot Leader { get; private set; }

    /// <summary>A sign of life of a reign at work.</summary>
    public void OnSign(Ballot ballot, Instant now, Effects effects)
    {
        if (ballot < Leader)
        {
            return;
        }

        _lastSign = now;
        _leaderRests = false;
        _highest = Ballot.Max(_highest, ballot);
        Follow(ballot, "it shows signs of life", effects);
    }

    /// <summary>The own proposer stopped leading, or was told of a higher ballot.</summary>
    public void OnDeposed(Ballot promised, string why, Instant now, Effects effects)
    {
        _highest = Ballot.Max(_highest, promised);
        if (Leader.Proposer == _context.Self && Leader != Ballot.None)
        {
            Follow(Ballot.None, why, effects);
        }

        Rest(now);
    }

    /// <summary>The acceptor here promised: the reign before is over for it, and the new proposer gets its
    /// time.</summary>
    public void OnPromised(Ballot ballot, Instant now, Effects effects)
    {
        _highest = Ballot.Max(_highest, ballot);
        if (Leader != Ballot.None && ballot > Leader)
        {
            Follow(Ballot.None, $"{_context.Configuration.NameOf(ballot.Proposer)} stands with {ballot}", effects);
        }

        Rest(now);
    }

    /// <summary>The leader rests: it is silent because there is nothing to say. Its process must live (R22).</summary>
    public void OnLeaderRests() => _leaderRests = true;

    /// <summary>The group is needed again: whoever leads it gets its time to say so.</summary>
    public void OnRoused(Instant now)
    {
        _leaderRests = false;
        _lastSign = now;
        if (Leader == Ballot.None)
        {
            _patience = _context.Random.Below(_context.Options.ElectionTimeout / 4);
        }
    }

    /// <summary>There is no silent leader to wait for.</summary>
    public void Hasten() => _patience = TimeSpan.Zero;

    /// <summary>Time went by.</summary>
    public void OnTick(Instant now, bool stands, Effects effects)
    {
        if (Leader != Ballot.None && !HearsLeader(now))
        {
            Follow(Ballot.None, $"{_context.Configuration.NameOf(Leader.Proposer)} was silent", effects);

            // Short, by chance: the leader's silence was already waited for.
            _lastSign = now;
            _patience = _context.Random.Below(_context.Options.ElectionTimeout / 4);
        }

        if (stands || (_context.Own & MemberRoles.Proposer) == 0 || !_context.Healthy || Leader != Ballot.None)
        {
            return;
        }

        var more = _context.Drained ? _context.Options.ElectionTimeout * DrainedTimeouts : TimeSpan.Zero;
        if (now - _lastSign >= _patience + more)
        {
            Rest(now);
            _round++;
            _willing = NodeSet.Empty;
            foreach (var acceptor in _context.Configuration.Acceptors)
            {
                effects.Send(acceptor, new Canvass(_round));
            }
        }
    }

    public void On(NodeId from, Canvass canvass, Ballot promised, Effects effects) =>
        effects.Send(from, new CanvassReply(canvass.Round, Leader == Ballot.None && _context.Healthy, promised));

    /// <returns>The ballot to stand with; none to go on waiting.</returns>
    public Ballot On(NodeId from, CanvassReply reply)
    {
        _highest = Ballot.Max(_highest, reply.Promised);
        if (reply.Round != _round || !reply.Willing || Leader != Ballot.None)
        {
            return Ballot.None;
        }

        var before = _willing;
        _willing = _willing.With(_context.Configuration.PlaceOf(from));
        if (!_context.Quorums.CanLead(_willing) || _context.Quorums.CanLead(before))
        {
            return Ballot.None;
        }

        return NextBallot();
    }

    /// <summary>A ballot above all that were heard of, never given out before: phase 1 is run once a ballot (R5), even
    /// if nobody heard of it.</summary>
    public Ballot NextBallot()
    {
        _highest = new(_highest.Round + 1, _context.Self, _context.Incarnation);
        return _highest;
    }

    // A leader that the failure detector gave up (R22) need not be waited for: its process is gone, or its disk is
    // stuck.
    private bool HearsLeader(Instant now) =>
        Leader.Proposer == _context.Self
        || ((_leaderRests || now - _lastSign < _context.Options.ElectionTimeout)
            && _context.Hears(Leader.Proposer));

    private void Follow(Ballot leader, string why, Effects effects)
    {
        if (leader == Leader)
        {
            return;
        }

        Leader = leader;
        _leaderRests = false;
        effects.Tell(new LeaderChanged(leader, why));
    }

    private void Rest(Instant now)
    {
        _lastSign = now;
        _patience = (_context.Options.ElectionTimeout / 2) + _context.Random.Below(
            _context.Options.ElectionTimeout / 2);
    }
}
