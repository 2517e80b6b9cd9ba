using System.Runtime.InteropServices;

namespace PaxosSM.Runtime.Serving;

/// <summary>Results for one client, gathered over a round of the executor. On the executor's thread.</summary>
internal sealed class GatheredResults
{
    private const int BytesStart = 64;
    private Memory<byte> _room;
    private ArraySegment<byte> _bytes = [];
    private int _usual = BytesStart;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>How long they are together, as they are laid out.</summary>
    public int Length { get; private set; }

    public void Add(in ResultEntry entry, ReadOnlySpan<byte> result)
    {
        var size = ResultEntry.HeaderSize + result.Length;
        if (_bytes.Count - Length < size)
        {
            Grow(Math.Max(Length == 0 ? _usual : _bytes.Count * 2, Length + size));
        }

        var room = _bytes.AsSpan(Length);
        ResultEntry.Write(room, entry.Session, entry.Sequence, entry.Error, entry.Detail, entry.Slot, result);
        Length += size;
        Count++;
    }

    /// <summary>Takes them all, and the memory they lie in: the reply may be queued, and may be the last that is heard
    /// of it; whoever is done with it may give it back (<see cref="LentMemory.GiveBack"/>).</summary>
    public ClientResults Take(GroupId group, Durability durability)
    {
        ClientResults taken = new(group, durability, _room[..Length], Count);
        _usual = Math.Max(BytesStart, Length);
        (_room, _bytes) = (default, []);
        (Length, Count) = (0, 0);
        return taken;
    }

    private void Grow(int bytes)
    {
        var grown = PayloadPool.Current.LendBriefly(bytes);
        _bytes.AsSpan(0, Length).CopyTo(grown.Span);
        LentMemory.GiveBack(_room);
        _room = grown;
        _ = MemoryMarshal.TryGetArray(grown, out _bytes); // it always is one
    }
}
