using PaxosSM.Messages;

namespace PaxosSM.Reconfiguration;

/// <summary>Counts who has started an epoch (R14), and tells those who have not, until enough have.</summary>
internal sealed class HandOver
{
    private readonly ReplicaContext _context;
    private readonly EpochStart _start;
    private readonly Configuration? _before;
    private readonly int _heldNeeded;
    private readonly NodeId[] _concerned;
    private readonly SortedSet<NodeId> _started = [];
    private readonly SortedSet<NodeId> _holding = [];
    private Instant _toldAt = new(long.MinValue / 2);

    /// <summary>The hand-over to an epoch.</summary>
    /// <param name="context">Who this node is in it.</param>
    /// <param name="start">How it begins.</param>
    /// <param name="before">The members of the epoch before; null for the first epoch, which genesis began.</param>
    public HandOver(ReplicaContext context, EpochStart start, Configuration? before)
    {
        _context = context;
        _start = start;
        _before = before;
        IsEnough = before is null;
        _heldNeeded = before is null ? int.MaxValue : before.LearnersNeeded;
        _concerned = before is null ? [] : [.. start.Configuration.All.Union(before.All)];
    }

    /// <summary>Whether enough have started: every phase-1 quorum has a started acceptor, more acceptors have started
    /// than may be lost, and one learner more than that, or all.</summary>
    public bool IsEnough { get; private set; }

    /// <summary>Whether nobody need be told any more: enough have started, and of the epoch's other members all that
    /// are heard of. Who rests asks nobody, and would not learn of it by itself.</summary>
    public bool IsSettled => IsEnough && !_concerned.Any(NeedsTelling);

    /// <summary>How the epochs before ended. Old votes may go once as many learners as R14 asks for hold what was
    /// chosen before: of this epoch, or of the one before, who keep it until enough have started.</summary>
    public EpochEnd Tombstone => new(_start, IsEnough || LearnersSuffice || _holding.Count >= _heldNeeded);

    /// <summary>What a node says that has started.</summary>
    public EpochStarted OwnOf(StorageId storage) => new(_start.Epoch, _start.Base, _start.Digest, storage);

    /// <summary>A node holds what it needs to start the epoch.</summary>
    public void On(NodeId from, EpochStarted started)
    {
        if (started != OwnOf(started.Storage))
        {
            return;
        }

        if (_before is not null && _before.Learners.Contains(from) && _before.Lists(from, started.Storage))
        {
            _holding.Add(from);
        }

        if (_context.Configuration.Lists(from, started.Storage))
        {
            _started.Add(from);
            IsEnough = IsEnough || (LearnersSuffice && AcceptorsSuffice());
        }
    }

    public void OnTick(Instant now, Effects effects)
    {
        if (now - _toldAt < _context.Options.ResendInterval)
        {
            return;
        }

        foreach (var node in _concerned)
        {
            if (NeedsTelling(node))
            {
                _toldAt = now;
                effects.Send(node, Tombstone);
            }
        }
    }

    /// <summary>Tells all who may wait for it that this node has started, once that is durable.</summary>
    public void TellStarted(StorageId storage, Effects effects)
    {
        foreach (var node in _concerned)
        {
            effects.SendAfterWrite(node, OwnOf(storage));
        }
    }

    private bool NeedsTelling(NodeId node) => node != _context.Self && !_started.Contains(node)
        && (!IsEnough || (_context.Configuration.Find(node) is not null && _context.Hears(node)));

    private bool LearnersSuffice =>
        _context.Configuration.Learners.Count(_started.Contains) >= _context.Configuration.LearnersNeeded;

    private bool AcceptorsSuffice()
    {
        var started = _context.Configuration.PlacesOf(_context.Configuration.Acceptors.Where(_started.Contains));
        return _context.Quorums.MeetsEveryPhase1(started) && started.Count > _context.Quorums.FaultsTolerated;
    }
}
