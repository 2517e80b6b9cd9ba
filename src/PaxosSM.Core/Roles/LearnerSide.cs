using PaxosSM.Execution;
using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Roles;

/// <summary>What a node does to learn: the learner, its catch-up, what may be trimmed, and the comparison of replicas.
/// Without the role it only listens to what others may trim.</summary>
internal sealed class LearnerSide
{
    private readonly ReplicaContext _context;
    private bool _learns;
    private readonly Learner _learner;
    private readonly CatchUp _catchUp;
    private readonly Trimming _trimming;
    private readonly Divergence _divergence;
    private Slot _candidate;
    private bool _freesLog;
    private (LogTime Time, LogTime NextDeadline)? _clock;
    private bool _clockIsNew;
    private Instant _clockToldAt;

    /// <param name="context">Who learns, in which epoch.</param>
    /// <param name="learner">What was learned, over all epochs.</param>
    /// <param name="restored">What a durable snapshot here covers.</param>
    /// <param name="floor">What the log has let go.</param>
    public LearnerSide(ReplicaContext context, Learner learner, Slot restored, Slot floor)
    {
        _context = context;
        _learns = (context.Own & MemberRoles.Learner) != 0;
        _learner = learner;
        Floor = floor;
        _catchUp = new(context, _learner) { SnapshotThrough = restored };
        _trimming = new(context);
        _divergence = new(context);
        if (restored > Slot.Zero)
        {
            _trimming.OnSnapshot(restored);
        }
    }

    public Slot Frontier => _learner.Frontier;

    /// <summary>What was learned: the next epoch goes on with it.</summary>
    public Learner Learner => _learner;

    /// <summary>Whether this node learns: by its role, or for what it is to be in a later epoch.</summary>
    public bool Learns => _learns;

    /// <summary>Whether chosen values from a slot on can be had here: where somebody learns, or learned as much in an
    /// epoch before.</summary>
    public bool Serves(Slot from) => _learns || from <= _learner.Frontier;

    /// <summary>The lowest slot that a snapshot must cover for anything to be let go; null for nothing yet.</summary>
    /// <remarks>Before enough have started the epoch nothing of the one before may go (R14); and until a snapshot
    /// covers the whole of that one, its reigns must be read back.</remarks>
    public Slot? TrimsFrom { get; set; } = Slot.Zero;

    /// <summary>Everything up to here is known to be chosen in this epoch, or before it.</summary>
    public Slot KnownChosen => _learner.KnownChosen;

    /// <summary>Everything up to here is known to be chosen, in this epoch or in later ones.</summary>
    public Slot KnownToExist => _learner.KnownToExist;

    public Slot SnapshotThrough => _trimming.SnapshotThrough;

    public long RetainedBytes => _learner.RetainedBytes;

    /// <summary>So much is held that nothing more should be proposed until a snapshot lets the log be
    /// trimmed.</summary>
    public bool IsFull => _learner.IsFull;

    /// <summary>What the log may let go by now; zero for nothing new.</summary>
    public Slot Floor { get; private set; }

    /// <summary>Whether everything that is known to be chosen is here and applied, and nothing is fetched.</summary>
    public bool IsQuiet => !_learns || (_learner.KnownToExist <= _learner.Frontier
        && _learner.Executed == _learner.Frontier && _catchUp.Fetching is null);

    /// <summary>Whether the slot is applied here; on a node that does not learn, whether it is chosen must
    /// do.</summary>
    public bool IsApplied(Slot slot) => !_learns || _learner.Executed >= slot;

    /// <summary>See <see cref="Roles.Learner.Foresee"/>; before the first record.</summary>
    public void Foresee(IReadOnlyList<RecoveredRecord> records) => _learner.Foresee(records);

    public void Recover(RecoveredRecord record, Effects effects)
    {
        // R33: what a survivor is to go on with it may have to teach, though it did not learn any more.
        if (_learns || record.Write is LearnedWrite)
        {
            _learner.Recover(record, effects);
        }
    }

    public void On(NodeId from, Message message, NodeId leader, Instant now, Effects effects)
    {
        switch (message)
        {
            case Voted voted when _learns:
                _learner.On(voted, effects);
                break;
            case VotedSync sync when _learns:
                _learner.On(sync, effects);
                break;
            case Chosen chosen when _learns:
                _learner.On(chosen, effects);
                break;
            case LearnRequest request when Serves(request.From):
                _catchUp.On(from, request, effects);
                break;
            case LearnReply reply when _learns:
                _catchUp.On(from, reply, now, effects);
                _trimming.OnCursor(_catchUp.Fetching?.Slot.Next ?? Slot.Zero);
                break;
            case Checkpoint checkpoint:
                _trimming.On(from, checkpoint, now);
                _divergence.On(from, checkpoint.Applied, checkpoint.Chain, checkpoint.Digest, leader, effects);
                break;
            default:
                break;
        }
    }

    /// <summary>Where commands go that this node can't propose: to the leader, or to one of several owners, always the
    /// same within a reign; this node's own lane may be dealt, and not be here yet.</summary>
    public NodeId OwnerFor(Ballot leader)
    {
        if (_learner.View is not { } view || view.Ballot != leader)
        {
            return leader.Proposer;
        }

        var owner = view.Owners[Math.Max(_context.Place, 0) % view.Owners.Count].Node;
        return owner != _context.Self && _context.Hears(owner) ? owner : leader.Proposer;
    }

    /// <summary>An epoch after this one begins behind a slot: its members have what is missing here. Whoever is to know
    /// it learns from now on.</summary>
    public void LearnEnd(EpochStart next)
    {
        _learns = true;
        _learner.LearnChosenLater(next.Base);
        if (next.Epoch == _context.Configuration.Epoch.Next)
        {
            _learner.LearnChosenThrough(next.Base);
        }

        _catchUp.AddSources(next.Configuration.Learners);
    }

    /// <summary>Somebody in a later epoch knows everything up to a slot to be chosen: there is that to fetch.</summary>
    public void LearnChosenLater(Slot chosenThrough) => _learner.LearnChosenLater(chosenThrough);

    /// <summary>R5's last resort found values.</summary>
    public void Learn(Slot first, IReadOnlyList<Value> values, Effects effects) =>
        _learner.Learn(first, values, effects);

    public void On(Executed executed, Effects effects)
    {
        NoteTime(executed.Time, executed.NextDeadline);
        _learner.On(executed, effects);
    }

    public void On(DigestTaken taken, NodeId leader, Effects effects)
    {
        _trimming.OnDigest(taken.Slot, taken.Chain, taken.Digest);
        _divergence.On(_context.Self, taken.Slot, taken.Chain, taken.Digest, leader, effects);
    }

    public void On(SnapshotInstalled installed, Instant now, Effects effects)
    {
        NoteTime(installed.Time, installed.NextDeadline);
        _learner.On(installed, effects);
        _catchUp.OnSnapshotEnd();
        OnSnapshot(installed.Slot, now, effects);
    }

    public void On(SnapshotSaved saved, Instant now, Effects effects)
    {
        _freesLog |= saved.FreesLog;
        if (saved.Slot > Slot.Zero)
        {
            OnSnapshot(saved.Slot, now, effects);
        }
    }

    /// <summary>Whether a checkpoint is due: the floor rose, or the log needs what stands before one gone, and all that
    /// is applied has been let go already.</summary>
    /// <param name="trimmedTo">The floor of the log.</param>
    /// <param name="mayCheckpoint">Whether a checkpoint may take the place of what stands before it (R14).</param>
    public bool Trims(Slot trimmedTo, bool mayCheckpoint)
    {
        var rises = Floor > trimmedTo;
        var due = rises || (_freesLog && mayCheckpoint && (!_learns || trimmedTo >= _learner.Executed));
        _freesLog &= !due;
        return due;
    }

    private void OnSnapshot(Slot slot, Instant now, Effects effects)
    {
        _trimming.OnSnapshot(slot);
        _trimming.OnCursor(Slot.Zero);
        _catchUp.SnapshotThrough = _trimming.SnapshotThrough;
        _trimming.Tell(now, effects);
    }

    public void OnSnapshotFailed()
    {
        _catchUp.OnSnapshotEnd();
        _trimming.OnCursor(Slot.Zero);
    }

    public void OnTick(Instant now, Effects effects)
    {
        if (_learns)
        {
            _catchUp.OnTick(now, effects);
        }

        _trimming.Tell(now, effects);
        TellTime(now, effects);
        FindFloor(now);
    }

    public void EndRound(Ballot leader, Effects effects)
    {
        _catchUp.FeedFollowers(effects);
        if (_learns && _context.IsOptimistic)
        {
            _learner.Anticipate(leader, effects);
        }
    }

    /// <summary>The epoch is over: what was learned here by marks alone becomes durable (R14), for they tell nothing
    /// from now on.</summary>
    public void EndEpoch(Effects effects)
    {
        _learner.TakeBack(effects);
        _learner.Save(effects);
    }

    /// <summary>The next epoch has begun: who followed in this one gets its end.</summary>
    /// <remarks>Not before: it is said in the next epoch's name, where what was known chosen above the end is void
    /// (R11), and the learner forgets that only when the next one begins.</remarks>
    public void TellEnd(Effects effects) => _catchUp.FeedFollowers(effects);

    /// <summary>The node trims: the values go, too.</summary>
    public void Trim(Slot floor, Effects effects)
    {
        // Whoever learns for a later epoch's sake may have let go what it has not applied yet.
        if (_learns && floor <= _learner.Executed)
        {
            _learner.Trim(floor, effects);
        }
    }

    private void NoteTime(LogTime time, LogTime nextDeadline) => (_clock, _clockIsNew) = ((time, nextDeadline), true);

    // R19: a proposer that does not learn hears from learners what the log's time is, and who waits for it; again and
    // again, for it stamps nothing before, and what it was told may be lost.
    private void TellTime(Instant now, Effects effects)
    {
        var options = _context.Options;
        var pause = _clockIsNew ? options.HeartbeatInterval : options.ResendInterval;
        if (_clock is not { } clock || now - _clockToldAt < pause)
        {
            return;
        }

        (_clockIsNew, _clockToldAt) = (false, now);
        foreach (var proposer in _context.Configuration.Proposers)
        {
            if (!_context.Configuration.Learners.Contains(proposer))
            {
                effects.Send(proposer, new LogClock(clock.Time, clock.NextDeadline));
            }
        }
    }

    private void FindFloor(Instant now)
    {
        var options = _context.Options;
        var floor = _trimming.Floor(now, _learner.RetainedBytes > options.LogBytesMax / 2);
        var candidate = _learns ? Slot.Min(floor, _learner.Executed) : floor;
        if (candidate <= Floor || (candidate == _candidate && !_freesLog)
            || TrimsFrom is not { } lowest || candidate < lowest)
        {
            return;
        }

        // The tail is a kindness to others, and must never be what keeps the log full.
        _candidate = candidate;
        var tailBytes = Math.Min(options.TrimTailBytes, options.LogBytesMax / 4);
        Floor = _learns && !_freesLog
            ? _learner.FloorWithTail(candidate, options.TrimTailSlots, tailBytes)
            : candidate;
    }
}
