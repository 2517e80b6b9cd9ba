using PaxosSM.Log;

namespace PaxosSM.Storage;

/// <summary>Knows which segments hold nothing that anyone needs (R25). Counts durable records only.</summary>
/// <remarks>
/// It keeps two numbers a group and segment. A record is dead once a later checkpoint of its group is durable and its
/// slots are all at or below that checkpoint's floor; a record after the checkpoint is never dead, whatever its slots,
/// since it may tell of a promise that the checkpoint does not know.
/// </remarks>
internal sealed class TrimLedger
{
    /// <summary>The last record of a group that is gone for good: nothing of it is needed, however late it
    /// comes.</summary>
    public static readonly CheckpointWrite GoneMark = new(
        Ballot.None, Ballot.None, Slot.Zero, null, Slot.Zero, new(long.MaxValue));

    // So many segments may follow one that is held before those who hold it are asked to let go, so many groups at a
    // time; who they are is looked up anew every so many blocks.
    private const int HeldSegmentsMax = 4;
    private const int HoldersMax = 64;
    private const int LookInterval = 128;

    private readonly Dictionary<GroupId, GroupMarks> _groups = [];
    private readonly List<Segment> _segments;

    private volatile IReadOnlyList<GroupId> _holders = [];
    private long _lookedAt;
    private int _looks;

    public TrimLedger(List<Segment> segments) => _segments = segments;

    /// <summary>Groups that hold a segment which too many others follow; some of them, if they are many. Any
    /// thread.</summary>
    public IReadOnlyList<GroupId> Holders => _holders;

    /// <summary>All segments that hold blocks, oldest first; the last one is written to.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    public void Add(Segment segment) => _segments.Add(segment);

    /// <summary>Counts a record; a checkpoint that can't be read counts for the room that it takes only.</summary>
    public void Note(Segment segment, GroupId group, in RecordKey key, bool isReadable)
    {
        var marks = _groups.GetValueOrDefault(group);
        var at = marks.Records + 1;
        var isCheckpoint = key.Kind == RecordKind.Checkpoint && isReadable;
        _groups[group] = isCheckpoint ? new(at, at, Slot.Max(marks.Floor, key.First)) : marks with { Records = at };
        var last = key.Kind is RecordKind.Vote or RecordKind.Sync or RecordKind.Learned ? key.Last : Slot.Zero;
        segment.Stakes[group] = new(Slot.Max(last, segment.Stakes.GetValueOrDefault(group).Last), at);
    }

    /// <summary>The number of the oldest segment that is still needed.</summary>
    public long Floor()
    {
        var index = 0;
        while (index < _segments.Count - 1 && IsDead(_segments[index]))
        {
            index++;
        }

        LookForHolders(_segments[index], _segments.Count - index - 1);
        return _segments[index].Number;
    }

    /// <summary>Takes the segments below <paramref name="floor"/> out, oldest first.</summary>
    public IReadOnlyList<Segment> RemoveBelow(long floor)
    {
        var count = _segments.FindIndex(segment => segment.Number >= floor);
        if (count <= 0)
        {
            return [];
        }

        var removed = _segments.GetRange(0, count);
        _segments.RemoveRange(0, count);
        return removed;
    }

    private void LookForHolders(Segment segment, int behind)
    {
        if (behind <= HeldSegmentsMax)
        {
            _holders = [];
        }
        else if (segment.Number != _lookedAt || ++_looks % LookInterval == 0)
        {
            _lookedAt = segment.Number;
            _holders = [.. segment.Stakes.Where(stake => Holds(stake.Key, stake.Value)).Take(HoldersMax)
                .Select(stake => stake.Key)];
        }
    }

    private bool IsDead(Segment segment)
    {
        if (segment.Stakes.TryGetValue(segment.Holder, out var stake) && Holds(segment.Holder, stake))
        {
            return false;
        }

        foreach (var (group, other) in segment.Stakes)
        {
            if (Holds(group, other))
            {
                segment.Holder = group;
                return false;
            }
        }

        return true;
    }

    private bool Holds(GroupId group, SegmentStake stake)
    {
        var marks = _groups.GetValueOrDefault(group);
        if (marks.Floor == GoneMark.TrimmedTo)
        {
            return false;
        }

        return stake.At >= marks.CheckpointAt || stake.Last > marks.Floor;
    }

    private readonly record struct GroupMarks(long Records, long CheckpointAt, Slot Floor);
}
