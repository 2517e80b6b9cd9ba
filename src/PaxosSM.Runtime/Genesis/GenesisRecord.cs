using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace PaxosSM.Runtime.Genesis;

/// <summary>The list of storages that a member bound itself to, durably and for ever (R13).</summary>
/// <remarks>
/// Saved twice in a member's life: when it binds itself, and when every member has confirmed the same list. A member
/// whose own storage is not in the list holds it as news from others: its earlier storage is dead.
/// </remarks>
/// <param name="MembersDigest">What <see cref="Genesis.MembersDigest"/> made of the configured members.</param>
/// <param name="Storages">The storages, in the members' order.</param>
/// <param name="Complete">Every member has confirmed this list: the first epoch stands, and a restart needs
/// nobody.</param>
public sealed record GenesisRecord(ulong MembersDigest, IReadOnlyList<StorageId> Storages, bool Complete)
{
    private const int HeaderSize = 12;
    private const int StorageSize = 16;
    private const byte Version = 1;

    /// <summary>The fork that this list starts (R33): every member derives the same one, and another genesis
    /// another.</summary>
    public ForkId Fork
    {
        get
        {
            Span<byte> storage = stackalloc byte[StorageSize];
            var digest = MembersDigest;
            foreach (var id in Storages)
            {
                _ = id.Value.TryWriteBytes(storage);
                digest = Genesis.MembersDigest.Add(digest, storage);
            }

            return new(Math.Max(1, digest));
        }
    }

    /// <summary>Lays the record out: version (1), complete (1), count (2), digest (8), storages (16 each),
    /// little-endian.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[HeaderSize + (Storages.Count * StorageSize)];
        bytes[0] = Version;
        bytes[1] = Complete ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), checked((ushort)Storages.Count));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), MembersDigest);
        for (var index = 0; index < Storages.Count; index++)
        {
            _ = Storages[index].Value.TryWriteBytes(bytes.AsSpan(HeaderSize + (index * StorageSize)));
        }

        return bytes;
    }

    /// <summary>Reads a record; false when the bytes are none of this version.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out GenesisRecord? record)
    {
        record = null;
        if (bytes.Length < HeaderSize || bytes[0] != Version || bytes[1] > 1)
        {
            return false;
        }

        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        if (bytes.Length != HeaderSize + (count * StorageSize))
        {
            return false;
        }

        var storages = new StorageId[count];
        for (var index = 0; index < count; index++)
        {
            storages[index] = new(new(bytes.Slice(HeaderSize + (index * StorageSize), StorageSize)));
        }

        record = new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]), storages, bytes[1] == 1);
        return true;
    }

    /// <summary>Whether both name the same members and storages.</summary>
    public bool SameList(IReadOnlyList<StorageId> storages) => Storages.SequenceEqual(storages);
}
