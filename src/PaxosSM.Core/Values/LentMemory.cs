using System.Buffers;
using System.Runtime.InteropServices;

namespace PaxosSM;

/// <summary>Memory that somebody lends for one payload, and uses again once it was given back.</summary>
/// <remarks>
/// A <see cref="Value"/> whose payload lies in it carries it through the node: from the frame that brought it, over log
/// and machine, to the moment at which the node lets go of the slot (<see cref="Effects.Freed"/>). It need not be given
/// back: what nobody gives back is the garbage collector's. To give it back while somebody still reads it would show
/// him other bytes.
/// </remarks>
public abstract class LentMemory : MemoryManager<byte>
{
    /// <summary>What lenders write over memory that was given back, where they are to find out who reads it
    /// still.</summary>
    protected const byte Spoilt = 0xEE;

    private int _claims;

    /// <summary>All of it, as memory that costs no call to look at.</summary>
    protected abstract ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Gives back what <paramref name="memory"/> lies in, if it was lent and no value has it. Nobody reads it
    /// any more.</summary>
    public static void GiveBack(ReadOnlyMemory<byte> memory)
    {
        if (MemoryMarshal.TryGetMemoryManager<byte, LentMemory>(memory, out var lent, out _, out _)
            && Volatile.Read(ref lent._claims) == 0)
        {
            lent.TakeBack();
        }
    }

    /// <summary>Somebody keeps parts of <paramref name="memory"/>, nobody knows for how long: it is never given
    /// back.</summary>
    public static void Keep(ReadOnlyMemory<byte> memory)
    {
        if (MemoryMarshal.TryGetMemoryManager<byte, LentMemory>(memory, out var lent, out _, out _))
        {
            Interlocked.Add(ref lent._claims, 2);
        }
    }

    /// <summary>The same memory, but that it costs less to look at: for those that look at it piece by piece.</summary>
    public static ReadOnlyMemory<byte> View(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetMemoryManager<byte, LentMemory>(memory, out var lent, out var start, out var length)
            ? lent.Bytes.Slice(start, length)
            : memory;

    /// <summary>What a value reads its payload from.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="lent">What it lies in; null for nothing that may be given back: memory of which two values were
    /// made is theirs for good.</param>
    internal static ReadOnlyMemory<byte> Claim(ReadOnlyMemory<byte> payload, out LentMemory? lent)
    {
        if (!MemoryMarshal.TryGetMemoryManager(payload, out lent, out var start, out var length))
        {
            return payload;
        }

        var bytes = lent.Bytes.Slice(start, length);
        lent = Interlocked.Increment(ref lent._claims) == 1 ? lent : null;
        return bytes;
    }

    /// <summary>The value that has it is gone from the node.</summary>
    internal void EndClaim()
    {
        if (Interlocked.CompareExchange(ref _claims, 0, 1) == 1)
        {
            TakeBack();
        }
    }

    /// <summary>It is given back; at most once each time that it was lent.</summary>
    protected abstract void TakeBack();
}
