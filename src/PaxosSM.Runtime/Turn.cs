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

    /// <summary>Takes it, or leaves a mark.</summary>
    public bool TryTake()
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

    /// <summary>Leaves a mark where it is taken.</summary>
    /// <returns>Whether the holder will look again.</returns>
    public bool TryMark() => Interlocked.CompareExchange(ref _state, Marked, Taken) is Taken or Marked;

    /// <summary>Gives it back; the holder's.</summary>
    /// <param name="isDue">There is more to do at once.</param>
    /// <returns>False when there is: the holder keeps it, and takes the mark.</returns>
    public bool TryGiveBack(bool isDue)
    {
        if (!isDue && Interlocked.CompareExchange(ref _state, Free, Taken) == Taken)
        {
            return true;
        }

        Interlocked.Exchange(ref _state, Taken);
        return false;
    }

    /// <summary>Gives it back whatever there is to do: somebody else must be told.</summary>
    public void GiveBack() => Interlocked.Exchange(ref _state, Free);

    /// <summary>Ends it, unless it is taken: nobody gets it any more.</summary>
    public bool TryEnd() => Interlocked.CompareExchange(ref _state, Over, Free) is Free or Over;
}
