namespace PaxosSM.Runtime;

/// <summary>Lets a thread that ends calls run what follows them, a user's code too, where another one stands by to take
/// its place: to wake a thread for that costs more than most of it.</summary>
/// <remarks>Between <see cref="Begin"/> and <see cref="End"/> such work is kept. Any thread; each for itself.</remarks>
public static class SpareThread
{
    [ThreadStatic]
    private static Kept? _kept;

    /// <summary>From here on work is kept.</summary>
    public static void Begin() => (_kept ??= new()).IsOpen = true;

    /// <summary>Keeps work, which may take any time, for when this thread has time for it.</summary>
    /// <returns>False when this thread keeps none.</returns>
    public static bool TryKeep(ILentWork work)
    {
        if (_kept is not { IsOpen: true } kept)
        {
            return false;
        }

        kept.Work.Add(work);
        return true;
    }

    /// <summary>What was kept: each is to be run, or signalled, before the next <see cref="Begin"/> here.</summary>
    public static IReadOnlyList<ILentWork> End()
    {
        var kept = _kept!; // Begin made it
        kept.IsOpen = false;
        return kept.Work;
    }

    /// <summary>Forgets what was kept: it is done, or will be elsewhere.</summary>
    public static void Clear() => _kept?.Work.Clear();

    private sealed class Kept
    {
        public bool IsOpen { get; set; }

        public List<ILentWork> Work { get; } = [];
    }
}
