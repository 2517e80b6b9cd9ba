namespace PaxosSM.Testing.Linearizability.Search;

/// <summary>Lets items with known slots be placed in the order of slots only.</summary>
internal sealed class SlotLevels
{
    private readonly int[] _left;
    private int _lowest;

    public SlotLevels(ReadOnlySpan<SearchItem> items)
    {
        var levels = 0;
        foreach (var item in items)
        {
            levels = Math.Max(levels, item.Level + 1);
        }

        _left = new int[levels];
        foreach (var item in items)
        {
            if (item.Level >= 0)
            {
                _left[item.Level]++;
            }
        }
    }

    /// <summary>Whether all of the lower levels are placed.</summary>
    public bool Allows(int level) => level < 0 || level == _lowest;

    /// <summary>An item of a level is placed.</summary>
    public void Take(int level)
    {
        if (level < 0)
        {
            return;
        }

        _left[level]--;
        while (_lowest < _left.Length && _left[_lowest] == 0)
        {
            _lowest++;
        }
    }

    /// <summary>An item of a level is not placed any more.</summary>
    public void PutBack(int level)
    {
        if (level >= 0)
        {
            _left[level]++;
            _lowest = Math.Min(_lowest, level);
        }
    }
}
