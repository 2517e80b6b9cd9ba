using PaxosSM.Messages;
using PaxosSM.Quorums;

namespace PaxosSM.Roles;

/// <summary>The time of one ballot as leader: it spreads its sync, counts its votes, and watches that the acceptors
/// follow; the lanes that it owns itself begin once the sync is chosen.</summary>
internal sealed class Reign
{
    private readonly ReplicaContext _context;
    private readonly IReadOnlyList<Value> _suffix;
    private readonly SortedDictionary<NodeId, Instant> _dealtAt = [];
    private NodeSet _syncVotes;

    public Reign(ReplicaContext context, View view, Slot syncBase, IReadOnlyList<Value> suffix, Instant now)
    {
        _context = context;
        View = view;
        Base = syncBase;
        _suffix = suffix;
        Acceptors = [.. from node in context.Configuration.Acceptors
                        select new AcceptorProgress(node, context.Configuration.PlaceOf(node)) { HeardAt = now }];
    }

    public View View { get; }

    public Ballot Ballot => View.Ballot;

    /// <summary>C of R5: everything up to here was chosen before this reign.</summary>
    public Slot Base { get; }

    /// <summary>The lanes, once the sync is chosen, as this leader counted (R7); null before.</summary>
    public Ownership? Owned { get; private set; }

    /// <summary>Everything up to here is chosen.</summary>
    public Slot ChosenThrough => Owned?.ChosenThrough ?? Base;

    public IReadOnlyList<AcceptorProgress> Acceptors { get; }

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

    /// <summary>The silence until now of those that are heard counts for nothing (R23).</summary>
    public void Excuse(Instant now)
    {
        foreach (var acceptor in Acceptors)
        {
            acceptor.HeardAt = _context.Hears(acceptor.Node) ? now : acceptor.HeardAt;
        }
    }

    public void SendSync(AcceptorProgress to, Instant now, Effects effects)
    {
        to.SyncSentAt = now;
        effects.Send(to.Node, Owned is null ? new(Ballot, Base, View, _suffix) : Dealt());
    }

    /// <returns>Whether the sync became chosen by this vote.</returns>
    public bool On(AcceptorProgress from, SyncAccepted accepted, Effects effects)
    {
        from.Synced = true;
        Owned?.OnSync(from.Node, true);
        if (Owned is not null || accepted.Base != Base)
        {
            return false;
        }

        _syncVotes = _syncVotes.With(from.Place);
        if (!_context.Quorums.IsPhase2(_syncVotes))
        {
            return false;
        }

        Teaching.Teach(_context, View, Base.Next, _suffix, effects);
        Owned = new(_context, View, node => Find(node) is { Synced: true });
        return true;
    }

    /// <summary>The acceptor says that it lacks the sync.</summary>
    public void LoseSync(AcceptorProgress from, Instant now, Effects effects)
    {
        from.Synced = false;
        Owned?.OnSync(from.Node, false);
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
            if (_context.Hears(acceptor.Node) && !acceptor.Synced
                && now - acceptor.SyncSentAt >= _context.Options.ResendInterval)
            {
                SendSync(acceptor, now, effects);
            }
        }

        Deal(now, effects);
    }

    /// <summary>Tells the other owners of their lanes, until their marks show that they know.</summary>
    public void Deal(Instant now, Effects effects)
    {
        if (Owned is null)
        {
            return;
        }

        for (ushort lane = 0; lane < View.Owners.Count; lane++)
        {
            var owner = View.Owners[lane].Node;
            if (owner != _context.Self && Owned.ThroughOf(new(lane)) == Slot.Zero
                && !(_dealtAt.TryGetValue(owner, out var at) && now - at < _context.Options.ResendInterval))
            {
                _dealtAt[owner] = now;
                effects.Send(owner, Dealt());
            }
        }
    }

    // R3: sent again with the sender's frontier as its base; the deal always travels along.
    private Sync Dealt() => new(Ballot, ChosenThrough, View, []);
}
