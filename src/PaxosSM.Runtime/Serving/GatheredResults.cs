namespace PaxosSM.Runtime.Serving;

/// <summary>Results for one client, gathered over a round of the executor. On the executor's thread.</summary>
internal sealed class GatheredResults
{
    private const int BytesStart = 1024;
    private byte[] _bytes = [];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>How long they are together, as they are laid out.</summary>
    public int Length { get; private set; }

    public void Add(in ResultEntry entry, ReadOnlySpan<byte> result)
    {
        var size = ResultEntry.HeaderSize + result.Length;
        if (_bytes.Length - Length < size)
        {
            Array.Resize(ref _bytes, Math.Max(Math.Max(BytesStart, _bytes.Length * 2), Length + size));
        }

        var room = _bytes.AsSpan(Length);
        ResultEntry.Write(room, entry.Session, entry.Sequence, entry.Error, entry.Detail, entry.Slot, result);
        Length += size;
        Count++;
    }

    /// <summary>Takes them all.</summary>
    /// <remarks>The frame owns its bytes, since the reply may be queued: one copy a round, none a result.</remarks>
    public ClientResults Take(GroupId group, Durability durability)
    {
        ClientResults taken = new(group, durability, _bytes.AsSpan(0, Length).ToArray(), Count);
        (Length, Count) = (0, 0);
        return taken;
    }
}
