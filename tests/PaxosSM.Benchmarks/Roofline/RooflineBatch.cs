using System.Buffers.Binary;

namespace PaxosSM.Benchmarks;

/// <summary>A batch as it lies in the log and on the wire: length, count, first number and checksum, then the
/// commands, each behind its number and length.</summary>
internal sealed class RooflineBatch(int size)
{
    public const int HeaderSize = 24;
    public const int CountMax = 4096;
    private const int EntryHeader = 16;
    private readonly byte[] _bytes =
        GC.AllocateUninitializedArray<byte>(HeaderSize + (CountMax * (EntryHeader + size)), pinned: true);
    private readonly RunningHash _hash = new();

    public Span<byte> Header => _bytes.AsSpan(0, HeaderSize);

    public int BodyLength => BinaryPrimitives.ReadInt32LittleEndian(_bytes);

    public int Count => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(4));

    public long End => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(8)) + Count;

    public Span<byte> Body => _bytes.AsSpan(HeaderSize, BodyLength);

    public ReadOnlySpan<byte> All => _bytes.AsSpan(0, HeaderSize + BodyLength);

    public bool IsIntact => Crc32C.Of(Body) == BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(16));

    public void Put(int index, long number, ReadOnlySpan<byte> command)
    {
        var entry = EntryAt(index);
        BinaryPrimitives.WriteInt64LittleEndian(entry, number);
        BinaryPrimitives.WriteInt64LittleEndian(entry[8..], command.Length);
        command.CopyTo(entry[EntryHeader..]);
    }

    public void Seal(long first, int count)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, count * (EntryHeader + size));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(4), count);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(8), first);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(16), Crc32C.Of(Body));
    }

    public void Apply()
    {
        for (var index = 0; index < Count; index++)
        {
            _hash.Add(EntryAt(index)[EntryHeader..]);
        }
    }

    private Span<byte> EntryAt(int index) => _bytes.AsSpan(HeaderSize + (index * (EntryHeader + size)));
}
