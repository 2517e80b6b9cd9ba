using PaxosSM.Messages;
using PaxosSM.Roles;

namespace PaxosSM.Election;

/// <summary>Decides when a group rests at this node: nobody sends, nobody is told the time, until something
/// comes.</summary>
/// <remarks>
/// <para>A matter of speed only. The leader's process must live, or its followers would not notice what they need: the
/// failure detector, one for all groups, watches it (R22). A follower rests once it has everything that the leader
/// named; one that has not goes on, and rouses the others by what it asks.</para>
/// <para>Leases run out meanwhile, like those of a leader that is cut off (R20b); the first read asks for a
/// round.</para>
/// </remarks>
internal sealed class Quiescence(ReplicaContext context, Proposer proposer, LeaderWatch watch, Instant now)
{
    private Instant _workedAt = now;
    private Quiesce? _offer;
    private NodeId[] _missing = [];

    /// <summary>Whether it rests.</summary>
    public bool Rests { get; private set; }

    /// <summary>Whether it rests, or its leader does.</summary>
    public bool IsOn => Rests || _offer is not null;

    /// <summary>When time itself rouses it, by the wall clock: a session or a timer waits, and this node leads (R19);
    /// never for never.</summary>
    public LogTime RousesAt => proposer.Reign is null ? LogTime.Never : proposer.NextDeadline;

    // Who is no member hears of no leader.
    private bool IsGuest => context.Place < 0;

    /// <summary>Takes what is for nobody else: it roused, and that is all.</summary>
    public static void Take(Input input) => Invariant.Holds(input == RouseRequested.Instance);

    /// <summary>There is work, or may be.</summary>
    public void OnWork(Instant now) => _workedAt = now;

    /// <summary>The leader rests.</summary>
    public void On(Quiesce quiesce)
    {
        if (quiesce.Ballot == watch.Leader || IsGuest)
        {
            _offer = quiesce;
            watch.OnLeaderRests();
        }
    }

    /// <summary>Before an input is taken: it may end the rest, this node's or its leader's. Commands come with a
    /// <see cref="RouseRequested"/>.</summary>
    public void Before(Input input, Instant now, Effects effects)
    {
        if (IsOn && Rouses(input))
        {
            Rouse((input as Received)?.From ?? context.Self, now, effects);
        }
    }

    /// <summary>Time went by: a leader without work says so after a while, and rests; its followers do when they have
    /// what it has.</summary>
    /// <param name="quiet">Nothing is under way at this node.</param>
    /// <param name="frontier">What it has.</param>
    /// <param name="guests">Nodes beside the members that learn from them.</param>
    /// <param name="now">The moment.</param>
    /// <param name="effects">Takes the leader's word to the others.</param>
    public void OnTick(bool quiet, Slot frontier, IEnumerable<NodeId> guests, Instant now, Effects effects)
    {
        if (!quiet)
        {
            OnWork(now);
        }
        else if (proposer.Reign is { } reign)
        {
            Offer(new(reign.Ballot, reign.ChosenThrough), guests, now, effects);
        }
        else if (_offer is { } offer && frontier >= offer.Through && (offer.Ballot == watch.Leader || IsGuest))
        {
            Rest();
        }
    }

    /// <summary>Rests from now on.</summary>
    public void Rest()
    {
        Rests = true;
        _missing = [.. context.Configuration.All.Where(node => !context.Hears(node))];
    }

    /// <summary>Rests no more. Who leads must know that the group is needed, unless it is the one who says
    /// so.</summary>
    /// <param name="from">Who says so.</param>
    /// <param name="now">The moment.</param>
    /// <param name="effects">Takes the word to the leader.</param>
    public void Rouse(NodeId from, Instant now, Effects effects)
    {
        _workedAt = now;
        Rests = false;
        _offer = null;
        watch.OnRoused(now);
        proposer.OnRoused(now, effects);
        var leader = watch.Leader;
        if (leader != Ballot.None && leader.Proposer != context.Self && leader.Proposer != from)
        {
            effects.Send(leader.Proposer, new Rouse(leader));
        }
    }

    private void Offer(Quiesce offer, IEnumerable<NodeId> guests, Instant now, Effects effects)
    {
        if (context.Options.QuiesceAfter == TimeSpan.Zero || now - _workedAt < context.Options.QuiesceAfter)
        {
            return;
        }

        foreach (var node in context.Configuration.All.Union(guests))
        {
            if (node != context.Self)
            {
                effects.Send(node, offer);
            }
        }

        _offer = offer;
        Rest();
    }

    private bool Rouses(Input input) => input switch
    {
        Received received => Rouses(received.Message),
        Ticked ticked => Rests && RousesAt <= ticked.Wall,
        Reachable reachable => Rests && Rouses(reachable),
        ReadRequested or RouseRequested or SnapshotInstalled or TransferRequested or DrainRequested => true,
        _ => false,
    };

    // Answers, and what everybody tells now and then, bring nothing new to who rests: what was on its way when the
    // group came to rest must not rouse it.
    private static bool Rouses(Message message) => message is
        not (Quiesce or Chosen or HeartbeatAck or Accepted or SyncAccepted or CanvassReply or Promise or OwnerBeat
            or LogClock or Checkpoint or SubmitRefused or ReadIndexReply or Voted or VotedSync or Learned);

    // The leader's process is gone, or this leader looks dead; or somebody is back who may lack what came before the
    // rest. A guest must look for itself.
    private bool Rouses(Reachable reachable) =>
        IsGuest
        || (watch.Leader != Ballot.None && !reachable.Hears.Contains(watch.Leader.Proposer))
        || (watch.Leader.Proposer == context.Self
            && (!reachable.Healthy || Array.Exists(_missing, node => reachable.Hears.Contains(node))));
}
