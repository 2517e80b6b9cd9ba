using System.Runtime.CompilerServices;

namespace PaxosSM.Runtime;

/// <summary>Lets a thread that brings work to a node's loop run that loop itself, unless it runs already: to wake
/// another thread costs more than most of what it would be woken for.</summary>
/// <remarks>Between <see cref="Begin"/> and <see cref="End"/> no loop is woken that the thread would wake: they run at
/// the end, on this thread, for a bounded time. So the end must come soon, with no lock held. May be nested: the
/// outermost counts. Any thread; each for itself.</remarks>
public static class LentThread
{
    [ThreadStatic]
    private static Loan? _loan;

    /// <summary>From here on the loops wait for <see cref="End"/>.</summary>
    public static void Begin()
    {
        var loan = _loan ??= new();
        loan.Depth++;
    }

    /// <summary>Runs the loops that were woken meanwhile.</summary>
    /// <param name="busy">The thread has more to do at once: the loops' own threads are woken instead.</param>
    public static void End(bool busy = false)
    {
        var loan = _loan!; // Begin made it
        if (loan.Depth > 1 || loan.Woken.Count == 0)
        {
            loan.Depth--;
            return;
        }

        // Still lent: what the loops wake in turn comes here, too.
        var runs = !busy && RuntimeHelpers.TryEnsureSufficientExecutionStack();
        for (var next = 0; next < loan.Woken.Count; next++)
        {
            var loop = loan.Woken[next];
            if (runs)
            {
                loop.RunHere();
            }
            else
            {
                loop.Signal();
            }
        }

        loan.Woken.Clear();
        loan.Depth--;
    }

    /// <summary>Notes that a loop has something to do.</summary>
    /// <returns>False when this thread is not lent.</returns>
    internal static bool TryNote(NodeLoop loop)
    {
        if (_loan is not { Depth: > 0 } loan)
        {
            return false;
        }

        if (!loan.Woken.Contains(loop))
        {
            loan.Woken.Add(loop);
        }

        return true;
    }

    private sealed class Loan
    {
        public int Depth { get; set; }

        public List<NodeLoop> Woken { get; } = [];
    }
}
