using PaxosSM.Messages;
using PaxosSM.Roles;

namespace PaxosSM.Election;

/// <summary>Leadership handed on by word: the leader's side, and that of the proposer that shall lead next.</summary>
/// <remarks>
/// <para>A matter of speed alone (R2): who is told to stand runs phase 1 like anybody, and both may forget each other
/// at any moment. The leader asks whether the other could lead, lets the leases run out that it was granted (R20b)
/// while it goes on with all else, stops proposing, waits until what it proposed is chosen, and tells the other to
/// stand. Does that not lead in time, this one goes on.</para>
/// <para>Ongaro, <i>Consensus: Bridging Theory and Practice</i>, §3.10.</para>
/// </remarks>
internal sealed class LeadershipTransfer(ReplicaContext context, Proposer proposer, LeaderWatch watch)
{
    private const int StandsTimeouts = 4;
    private Attempt? _attempt;
    private Instant _triedAt = new(long.MinValue / 2);
    private NodeId _tried = NodeId.None;

    /// <summary>Whether leadership is being handed on: no time to deal lanes again.</summary>
    public bool IsUnderWay => _attempt is { Deposed: false };

    /// <summary>Whether there is nothing to hand on.</summary>
    public bool IsIdle => _attempt is null && !(context.Drained && proposer.Reign is not null);

    /// <summary>Why a drained node leads nevertheless; empty when it does not, or none was looked for yet.</summary>
    public string Obstacle { get; private set; } = string.Empty;

    /// <summary>Somebody wants another node to lead.</summary>
    public void On(TransferRequested wish, Instant now, Effects effects)
    {
        if (proposer.Reign is null)
        {
            // Others follow whoever took over before its first slot is chosen.
            var error = proposer.Stands ? TransferError.UnderWay : TransferError.NotLeader;
            Answer(wish.Id, error, "this node does not lead", effects);
        }
        else if (wish.To == context.Self)
        {
            Answer(wish.Id, TransferError.None, string.Empty, effects);
        }
        else if (proposer.Stops || _attempt is not null)
        {
            Answer(wish.Id, TransferError.UnderWay, "the epoch ends, or another transfer is under way", effects);
        }
        else if (!context.Configuration.Proposers.Contains(wish.To))
        {
            var nobody = $"{NameOf(wish.To)} is no proposer of {context.Configuration.Epoch}: "
                + string.Join(", ", context.Configuration.Proposers.Select(NameOf));
            Answer(wish.Id, TransferError.NoProposer, nobody, effects);
        }
        else if (!context.Hears(wish.To))
        {
            Answer(wish.Id, TransferError.NotHeard, $"{NameOf(wish.To)} is not heard of", effects);
        }
        else
        {
            Begin(wish.Id, wish.To, now, effects);
        }
    }

    /// <summary>The leader offers to hand on: says whether this proposer could lead, or stands.</summary>
    public void On(NodeId from, TransferOffer offer, Slot frontier, Instant now, Effects effects)
    {
        if (proposer.Stands || from != offer.Ballot.Proposer)
        {
            return; // a copy of the word that it follows already
        }

        var obstacle = ObstacleTo(offer.Ballot);
        if (offer.Stand && obstacle == TransferObstacle.None)
        {
            proposer.Stand(watch.NextBallot(), now, effects);
            return;
        }

        effects.Send(from, new TransferReply(offer.Ballot, frontier, obstacle));
    }

    public void On(NodeId from, TransferReply reply, Instant now, Effects effects)
    {
        if (_attempt is not { Deposed: false } attempt || from != attempt.To || reply.Ballot != attempt.Ballot
            || proposer.Reign is not { } reign || reign.Ballot != attempt.Ballot)
        {
            return;
        }

        if (reply.Obstacle != TransferObstacle.None)
        {
            GiveUp(attempt, TransferError.Declined, $"{NameOf(from)} {TextOf(reply.Obstacle)}", effects);
            return;
        }

        var lag = reign.ChosenThrough.Index - reply.Frontier.Index;
        if (lag > context.Options.HorizonSlots && context.Configuration.Learners.Contains(from))
        {
            var lags = $"{NameOf(from)} lags {lag} slots behind {reign.ChosenThrough}";
            GiveUp(attempt, TransferError.NotCaughtUp, lags, effects);
        }
        else if (attempt.Step == Step.Asks)
        {
            LetLeasesEnd(attempt, now);
        }
    }

    /// <summary>Goes as far as it can: after every round of steps.</summary>
    public void Advance(Instant now, Effects effects)
    {
        if (_attempt is not { } attempt)
        {
            Drain(now, effects);
        }
        else if (proposer.Ballot != attempt.Ballot)
        {
            Follow(attempt, now, effects);
        }
        else if (proposer.Stops)
        {
            GiveUp(attempt, TransferError.UnderWay, "the epoch ends", effects);
        }
        else if (now >= attempt.Until)
        {
            var silent = $"{NameOf(attempt.To)} did not {(attempt.Step == Step.Hands ? "stand" : "answer")} in time";
            GiveUp(attempt, TransferError.NotHeard, silent, effects);
        }
        else
        {
            Go(attempt, now, effects);
        }
    }

    /// <summary>The epoch is over, and its leader with it.</summary>
    public void End(Effects effects)
    {
        if (_attempt is { } attempt)
        {
            Finish(attempt, TransferError.UnderWay, $"{context.Configuration.Epoch} is over", effects);
        }
    }

    private void Begin(long id, NodeId to, Instant now, Effects effects)
    {
        (_tried, _triedAt) = (to, now);
        _attempt = new(id, to, proposer.Ballot) { Until = now + context.Options.ElectionTimeout };
        Offer(_attempt, now, effects);
    }

    // Who is drained leads only where nobody else does.
    private void Drain(Instant now, Effects effects)
    {
        if (!context.Drained || proposer.Reign is null)
        {
            Obstacle = string.Empty;
            return;
        }

        if (proposer.Stops || now - _triedAt < context.Options.ElectionTimeout)
        {
            return;
        }

        NodeId[] others = [.. context.Configuration.Proposers.Where(
            node => node != context.Self && context.Hears(node)).Order()];
        if (others.Length == 0)
        {
            Obstacle = "no other proposer is heard of";
            return;
        }

        var next = Array.Find(others, node => node > _tried);
        Begin(0, next > _tried ? next : others[0], now, effects);
    }

    // R20b: acceptors promise no other ballot while a lease runs. Nobody takes one back: it is not asked for again, and
    // clients wait for nothing meanwhile.
    private void LetLeasesEnd(Attempt attempt, Instant now)
    {
        var options = context.Options;
        attempt.Step = Step.LetsLeasesEnd;
        proposer.Reads!.AsksLease = false; // it leads
        attempt.StepUntil = options.LeaseDuration > TimeSpan.Zero
            ? now + options.LeaseDuration + options.LeaseDriftMax + options.HeartbeatInterval
            : now;
        attempt.Until = attempt.StepUntil + options.ElectionTimeout;
    }

    private void Go(Attempt attempt, Instant now, Effects effects)
    {
        if (attempt.Step == Step.LetsLeasesEnd && now >= attempt.StepUntil)
        {
            attempt.Step = Step.Settles;
            attempt.StepUntil = now + (context.Options.ElectionTimeout / 4);
            proposer.Pause(attempt.To);
        }

        if (attempt.Step == Step.Settles && (proposer.IsSettled || now >= attempt.StepUntil))
        {
            attempt.Step = Step.Hands;
            attempt.Until = now + context.Options.ElectionTimeout;
            Offer(attempt, now, effects);
        }
        else if (attempt.Step is Step.Asks or Step.Hands
            && now - attempt.OfferedAt >= context.Options.HeartbeatInterval)
        {
            Offer(attempt, now, effects);
        }
    }

    private static void Offer(Attempt attempt, Instant now, Effects effects)
    {
        attempt.OfferedAt = now;
        effects.Send(attempt.To, new TransferOffer(attempt.Ballot, attempt.Step == Step.Hands));
    }

    // The reign is over: who leads next ends the attempt, whoever it is.
    private void Follow(Attempt attempt, Instant now, Effects effects)
    {
        if (!attempt.Deposed)
        {
            attempt.Deposed = true;
            attempt.Until = now + (context.Options.ElectionTimeout * StandsTimeouts);
        }

        if (watch.Leader > attempt.Ballot)
        {
            var leads = watch.Leader.Proposer == attempt.To;
            Finish(
                attempt,
                leads ? TransferError.None : TransferError.Superseded,
                leads ? string.Empty : $"{NameOf(watch.Leader.Proposer)} leads instead",
                effects);
        }
        else if (now >= attempt.Until)
        {
            Finish(attempt, TransferError.Superseded, $"nobody leads yet; {NameOf(attempt.To)} may", effects);
        }
    }

    private void GiveUp(Attempt attempt, TransferError error, string text, Effects effects)
    {
        proposer.Resume();
        Finish(attempt, error, $"{text}; {NameOf(context.Self)} leads on", effects);
    }

    private void Finish(Attempt attempt, TransferError error, string text, Effects effects)
    {
        _attempt = null;
        Obstacle = error == TransferError.None ? string.Empty : text;
        Answer(attempt.Id, error, text, effects);
    }

    // A drained node's own attempts have no number: nobody waits for them.
    private void Answer(long id, TransferError error, string text, Effects effects)
    {
        if (id != 0)
        {
            var leader = watch.Leader == Ballot.None ? NodeId.None : watch.Leader.Proposer;
            effects.Answer(new TransferAnswer(id, error, text, leader));
        }
    }

    // R23: only who hears quorums stands.
    private TransferObstacle ObstacleTo(Ballot ballot)
    {
        var configuration = context.Configuration;
        var heard = configuration.PlacesOf(configuration.Acceptors.Where(context.Hears));
        return !context.Has(MemberRoles.Proposer) ? TransferObstacle.NoProposer
            : context.Drained ? TransferObstacle.Drained
            : !context.Healthy || !context.Quorums.CanLead(heard) ? TransferObstacle.NoQuorum
            : watch.Leader != ballot ? TransferObstacle.FollowsAnother
            : TransferObstacle.None;
    }

    private static string TextOf(TransferObstacle obstacle) => obstacle switch
    {
        TransferObstacle.Drained => "is drained",
        TransferObstacle.NoQuorum => "hears no quorum of acceptors, or its disk is stuck",
        TransferObstacle.FollowsAnother => "follows another leader",
        _ => "may not propose: its storage is not the listed one",
    };

    private string NameOf(NodeId node) => context.Configuration.NameOf(node);

    private enum Step
    {
        Asks,
        LetsLeasesEnd,
        Settles,
        Hands,
    }

    private sealed class Attempt(long id, NodeId to, Ballot ballot)
    {
        public long Id { get; } = id;

        public NodeId To { get; } = to;

        public Ballot Ballot { get; } = ballot;

        public Step Step { get; set; }

        public Instant StepUntil { get; set; }

        public Instant Until { get; set; }

        public Instant OfferedAt { get; set; }

        public bool Deposed { get; set; }
    }
}
