namespace PaxosSM.Runtime;

/// <summary>The right to run what one thread at a time may run. Who finds it taken leaves a mark, and the holder looks
/// again before giving it back: no work is left behind, and nobody waits.</summary>
/// <remarks>Any thread.</remarks>
public sealed class Turn
{
    private const int Free = 0;
    private const int Taken = 1;
    private const int Marked = 2;
    private const int Over = 3;
    private int _state;

    /// <summary>Runs steps while there is something to do; none where another thread holds the turn, who will see
    /// it.</summary>
    /// <param name="step">Tells whether there is more to do at once; must not throw.</param>
    /// <param name="stepsMax">How many at most.</param>
    /// <returns>False when something is left: somebody else must be told.</returns>
    public bool Run(Func<bool> step, int stepsMax = int.MaxValue)
    {
        if (!TryTake())
        {
            return true;
        }

        for (var left = stepsMax; !TryGiveBack(step());)
        {
            if (--left == 0)
            {
                Interlocked.Exchange(ref _state, Free);
                return false;
            }
        }

        return true;
    }

    /// <summary>Leaves a mark where it is taken.</summary>
    /// <returns>Whether the holder will look again.</returns>
    public bool TryMark() => Interlocked.CompareExchange(ref _state, Marked, Taken) is Taken or Marked;

    /// <summary>Ends it once it is free: nobody gets it any more. Never by who holds it.</summary>
    public void End()
    {
        SpinWait patience = default;
        while (Interlocked.CompareExchange(ref _state, Over, Free) is not (Free or Over))
        {
            patience.SpinOnce();
        }
    }

    // Takes it, or leaves a mark.
    private bool TryTake()
    {
        while (Interlocked.CompareExchange(ref _state, Taken, Free) is not Free)
        {
            if (TryMark() || Volatile.Read(ref _state) == Over)
            {
                return false;
            }
        }

        return true;
    }

    // Gives it back, unless there is more to do: then the holder keeps it, and takes the mark.
    private bool TryGiveBack(bool isDue)
    {
        if (!isDue && Interlocked.CompareExchange(ref _state, Free, Taken) == Taken)
        {
            return true;
        }

        Interlocked.Exchange(ref _state, Taken);
        return false;
    }
}
