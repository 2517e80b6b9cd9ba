using PaxosSM.Messages;

namespace PaxosSM.Log;

/// <summary>Decides what the log may let go (R25): what is chosen, applied, in a durable snapshot here and with f + 1
/// learners, and below every cursor.</summary>
internal sealed class Trimming(ReplicaContext context)
{
    private static readonly TimeSpan CursorLease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(2);
    private readonly SortedDictionary<NodeId, (Checkpoint Last, Instant At)> _told = [];
    private Checkpoint _own = new(Slot.Zero, 0, 0, Slot.Zero, Slot.Zero);
    private Instant _toldAt;
    private bool _changed;

    public Slot SnapshotThrough => _own.SnapshotThrough;

    public void On(NodeId from, Checkpoint checkpoint, Instant now) => _told[from] = (checkpoint, now);

    public void OnDigest(Slot slot, ulong chain, ulong digest) =>
        Change(_own with { Applied = slot, Chain = chain, Digest = digest });

    public void OnSnapshot(Slot slot) => Change(_own with { SnapshotThrough = Slot.Max(_own.SnapshotThrough, slot) });

    /// <summary>A snapshot is being fetched: others keep what follows it, for a while.</summary>
    public void OnCursor(Slot cursor)
    {
        if (cursor != _own.Cursor)
        {
            Change(_own with { Cursor = cursor });
        }
    }

    /// <summary>Tells the others; now and then again, since messages get lost.</summary>
    public void Tell(Instant now, Effects effects)
    {
        if ((context.Own & MemberRoles.Learner) == 0 || (!_changed && now - _toldAt < TellInterval))
        {
            return;
        }

        _changed = false;
        _toldAt = now;
        foreach (var member in context.Configuration.All)
        {
            effects.Send(member, _own);
        }
    }

    /// <summary>The highest slot that may go. Zero while too few have a snapshot.</summary>
    public Slot Floor(Instant now, bool full)
    {
        if (context.Place < 0)
        {
            // Nobody counts on what a guest holds.
            return _own.SnapshotThrough;
        }

        var covered = new List<Slot>();
        var floor = new Slot(long.MaxValue);
        foreach (var learner in context.Configuration.Learners)
        {
            covered.Add(_told.TryGetValue(learner, out var told) ? told.Last.SnapshotThrough : Slot.Zero);
        }

        foreach (var (last, at) in _told.Values)
        {
            // A cursor, a newcomer's too, is worth a bounded time and a bounded log.
            if (last.Cursor > Slot.Zero && now - at < CursorLease && !full)
            {
                floor = Slot.Min(floor, last.Cursor.Previous);
            }
        }

        covered.Sort();
        covered.Reverse();
        var needed = context.Configuration.LearnersNeeded;
        floor = needed == 0 ? Slot.Zero : Slot.Min(floor, covered[needed - 1]);
        return (context.Own & MemberRoles.Learner) == 0 ? floor : Slot.Min(floor, _own.SnapshotThrough);
    }

    private void Change(Checkpoint own)
    {
        _own = own;
        _changed = true;
        _told[context.Self] = (own, new(long.MaxValue / 2));
    }
}
