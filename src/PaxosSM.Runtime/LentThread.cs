using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PaxosSM.Runtime;

/// <summary>Lets a thread that brings work to a node's loop, or its log, do it itself, unless another one is at it: to
/// wake another thread costs more than most of what it would be woken for.</summary>
/// <remarks>Between <see cref="Begin"/> and <see cref="End"/> nobody is woken that the thread would wake: the work is
/// done at the end, on this thread, for a bounded time. So the end must come soon, with no lock held. May be nested:
/// the outermost counts. Any thread; each for itself.</remarks>
public static class LentThread
{
    // A round brings another: what is left then is for the others' own threads.
    private const int RunsMax = 8;

    [ThreadStatic]
    private static Loan? _loan;

    /// <summary>Whether this thread may be kept by a disk, too. Set once, by who owns the thread; never for a
    /// user's.</summary>
    public static bool MayBlock
    {
        get => _loan is { MayBlock: true };
        set => (_loan ??= new()).MayBlock = value;
    }

    /// <summary>Whether another thread does meanwhile what is this one's: users' code may keep it, too.</summary>
    public static bool MayBeKept
    {
        get => _loan is { MayBeKept: true };
        set => (_loan ??= new()).MayBeKept = value;
    }

    /// <summary>From here on work waits for <see cref="End"/>.</summary>
    public static void Begin() => (_loan ??= new()).Depth++;

    /// <summary>Does what came meanwhile, and what that brings.</summary>
    /// <param name="busy">The thread has more to do at once: the work's own threads are woken instead.</param>
    public static void End(bool busy = false)
    {
        var loan = _loan!; // Begin made it
        if (loan.Depth > 1 || loan.Work.Count + loan.Last.Count == 0)
        {
            loan.Depth--;
            return;
        }

        // Still lent: what the work wakes in turn comes here, too.
        var runs = !busy && RuntimeHelpers.TryEnsureSufficientExecutionStack();
        while (loan.TryTake(out var work))
        {
            if (runs && loan.Next <= RunsMax)
            {
                work.RunHere();
            }
            else
            {
                work.Signal();
            }
        }

        loan.Work.Clear();
        loan.Next = 0;
        loan.Depth--;
    }

    /// <summary>Notes that there is something to do.</summary>
    /// <returns>False when this thread is not lent.</returns>
    public static bool TryNote(ILentWork work)
    {
        if (_loan is not { Depth: > 0 } loan)
        {
            return false;
        }

        if (loan.Work.IndexOf(work, loan.Next) < 0)
        {
            loan.Work.Add(work);
        }

        return true;
    }

    /// <summary>The same for users' code, which is not to keep what else came: it is done last.</summary>
    /// <returns>False when this thread is not lent, or may not be kept (<see cref="MayBeKept"/>).</returns>
    public static bool TryNoteLast(ILentWork work)
    {
        if (_loan is not { Depth: > 0, MayBeKept: true } loan)
        {
            return false;
        }

        if (!loan.Last.Contains(work))
        {
            loan.Last.Add(work);
        }

        return true;
    }

    private sealed class Loan
    {
        public bool MayBlock { get; set; }

        public bool MayBeKept { get; set; }

        public int Depth { get; set; }

        // The first that is not begun.
        public int Next { get; set; }

        public List<ILentWork> Work { get; } = [];

        // What waits until there is no other.
        public List<ILentWork> Last { get; } = [];

        public bool TryTake([NotNullWhen(true)] out ILentWork? work)
        {
            if (Next == Work.Count && Last.Count > 0)
            {
                Work.Add(Last[0]);
                Last.RemoveAt(0);
            }

            work = Next < Work.Count ? Work[Next++] : null;
            return work is not null;
        }
    }
}
