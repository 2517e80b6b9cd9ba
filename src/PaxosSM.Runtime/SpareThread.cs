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

    /// <summary>Whether anything was kept.</summary>
    public static bool HasKept => _kept is { Work.Count: > 0 };

    /// <summary>Does what was kept, and what that brings in turn, or has it done elsewhere; keeps no more.</summary>
    /// <param name="runsMax">How much of it is done here at most.</param>
    public static void End(int runsMax)
    {
        var kept = _kept!; // Begin made it
        for (var index = 0; index < kept.Work.Count; index++)
        {
            var work = kept.Work[index];
            if (index < runsMax)
            {
                work.RunHere();
            }
            else
            {
                work.Signal();
            }
        }

        kept.Work.Clear();
        kept.IsOpen = false;
    }

    private sealed class Kept
    {
        public bool IsOpen { get; set; }

        public List<ILentWork> Work { get; } = [];
    }
}
