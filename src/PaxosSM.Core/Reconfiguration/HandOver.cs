using PaxosSM.Messages;
using PaxosSM.Quorums;

namespace PaxosSM.Reconfiguration;

/// <summary>Counts who has started an epoch (R14), and tells those who have not, until enough have.</summary>
internal sealed class HandOver
{
    private readonly ReplicaContext _context;
    private readonly EpochStart _start;
    private readonly NodeId[] _concerned;
    private readonly SortedSet<NodeId> _started = [];
    private Instant _toldAt = new(long.MinValue / 2);

    /// <summary>The hand-over to an epoch.</summary>
    /// <param name="context">Who this node is in it.</param>
    /// <param name="start">How it begins.</param>
    /// <param name="before">The members of the epoch before; null for the first epoch, which genesis began.</param>
    public HandOver(ReplicaContext context, EpochStart start, Configuration? before)
    {
        _context = context;
        _start = start;
        IsEnough = before is null;
        _concerned = before is null ? [] : [.. start.Configuration.All.Union(before.All)];
    }

    /// <summary>Whether enough have started: every phase-1 quorum has a started acceptor, more acceptors have started
    /// than may be lost, and one learner more than that, or all.</summary>
    public bool IsEnough { get; private set; }

    /// <summary>Whether enough learners hold what was chosen before the epoch.</summary>
    public bool IsHeld
    {
        get
        {
            var learners = _context.Configuration.Learners;
            var needed = Math.Min(_context.Quorums.FaultsTolerated + 1, learners.Count);
            return IsEnough || learners.Count(_started.Contains) >= needed;
        }
    }

    public EpochEnd Tombstone => new(_start, IsHeld);

    public EpochStarted Own => new(_start.Epoch, _start.Base, _start.Digest);

    /// <summary>A node has started the epoch.</summary>
    public void On(NodeId from, EpochStarted started)
    {
        if (started == Own && _context.Configuration.PlaceOf(from) >= 0)
        {
            _started.Add(from);
            IsEnough = IsEnough || (IsHeld && AcceptorsSuffice());
        }
    }

    public void OnTick(Instant now, Effects effects)
    {
        if (IsEnough || now - _toldAt < _context.Options.ResendInterval)
        {
            return;
        }

        _toldAt = now;
        foreach (var node in _concerned)
        {
            if (node != _context.Self && !_started.Contains(node))
            {
                effects.Send(node, Tombstone);
            }
        }
    }

    /// <summary>Tells all who may wait for it that this node has started, once that is durable.</summary>
    public void TellStarted(Effects effects)
    {
        foreach (var node in _concerned)
        {
            effects.SendAfterWrite(node, Own);
        }
    }

    private bool AcceptorsSuffice()
    {
        var started = NodeSet.Empty;
        foreach (var acceptor in _context.Configuration.Acceptors.Where(_started.Contains))
        {
            started = started.With(_context.Configuration.PlaceOf(acceptor));
        }

        return _context.Quorums.MeetsEveryPhase1(started) && started.Count > _context.Quorums.FaultsTolerated;
    }
}
