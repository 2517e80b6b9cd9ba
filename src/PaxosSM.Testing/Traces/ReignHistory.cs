namespace PaxosSM.Testing.Traces;

/// <summary>What is known of one ballot's reign: its take-over, and what was counted in it.</summary>
internal sealed class ReignHistory
{
    private readonly long[] _counted;

    public ReignHistory(TakenOver taken)
    {
        Taken = taken;
        _counted = new long[taken.View.Owners.Count];
        for (var lane = 0; lane < _counted.Length; lane++)
        {
            _counted[lane] = taken.View.Start.Index + lane - _counted.Length;
        }
    }

    /// <summary>The take-over.</summary>
    public TakenOver Taken { get; }

    /// <summary>The ballot.</summary>
    public Ballot Ballot => Taken.Ballot;

    /// <summary>The deal.</summary>
    public View View => Taken.View;

    /// <summary>The slot of the view: the sync's last.</summary>
    public Slot ViewSlot => View.Start.Previous;

    /// <summary>How many lanes there are, and how far apart a lane's slots lie.</summary>
    public int Lanes => _counted.Length;

    /// <summary>The lane of a slot from the view's start on.</summary>
    public int LaneOf(Slot slot) => (int)((slot.Index - View.Start.Index) % Lanes);

    /// <summary>The lane's first slot above another, at the view's start at the earliest.</summary>
    public Slot FirstOf(int lane, Slot above)
    {
        var first = View.Start.Index + lane;
        var turns = above.Index < first ? 0 : ((above.Index - first) / Lanes) + 1;
        return new(first + (turns * Lanes));
    }

    /// <summary>Through where a lane was counted.</summary>
    public Slot CountedIn(int lane) => new(_counted[lane]);

    /// <summary>A lane was counted further.</summary>
    public void Count(int lane, Slot through) => _counted[lane] = Math.Max(_counted[lane], through.Index);

    /// <summary>The value that the sync holds for a slot; null when it holds none.</summary>
    public uint? Synced(Slot slot)
    {
        var index = slot.Index - Taken.Base.Index - 1;
        return index >= 0 && index < Taken.Checksums.Count ? Taken.Checksums[(int)index] : null;
    }
}
