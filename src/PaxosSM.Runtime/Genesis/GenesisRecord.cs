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
    private const int RestorationSize = 29;
    private const byte Version = 1;
    private const byte RestoringVersion = 2;

    /// <summary>The backup that the first epoch goes on from; null where it began with nothing.</summary>
    public Restoration? Restores { get; init; }

    /// <summary>The backup's state is durable in this folder: the backup is not needed any more.</summary>
    public bool IsInstalled { get; init; }

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

    /// <summary>Lays the record out, little-endian: version (1), complete (1), count (2), digest (8), storages (16
    /// each). Where a backup was restored the version is 2, and there follow its number (16), epoch (4), slot (8), and
    /// whether it is installed (1).</summary>
    public byte[] Encode()
    {
        var end = HeaderSize + (Storages.Count * StorageSize);
        var bytes = new byte[end + (Restores is null ? 0 : RestorationSize)];
        bytes[0] = Restores is null ? Version : RestoringVersion;
        if (Restores is { } restores)
        {
            _ = restores.Backup.TryWriteBytes(bytes.AsSpan(end));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(end + 16), restores.Epoch.Number);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(end + 20), restores.Slot.Index);
            bytes[end + 28] = IsInstalled ? (byte)1 : (byte)0;
        }

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
        if (bytes.Length < HeaderSize || bytes[0] is not (Version or RestoringVersion) || bytes[1] > 1)
        {
            return false;
        }

        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        var end = HeaderSize + (count * StorageSize);
        var isRestoring = bytes[0] == RestoringVersion;
        if (bytes.Length != end + (isRestoring ? RestorationSize : 0) || (isRestoring && bytes[^1] > 1))
        {
            return false;
        }

        var storages = new StorageId[count];
        for (var index = 0; index < count; index++)
        {
            storages[index] = new(new(bytes.Slice(HeaderSize + (index * StorageSize), StorageSize)));
        }

        record = new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]), storages, bytes[1] == 1)
        {
            Restores = isRestoring ? ReadRestoration(bytes[end..]) : null,
            IsInstalled = isRestoring && bytes[^1] == 1,
        };
        return true;
    }

    private static Restoration ReadRestoration(ReadOnlySpan<byte> bytes) => new(
        new Guid(bytes[..16]),
        new(BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..])),
        new(BinaryPrimitives.ReadInt64LittleEndian(bytes[20..])));

    /// <summary>Whether both name the same members and storages.</summary>
    public bool SameList(IReadOnlyList<StorageId> storages) => Storages.SequenceEqual(storages);
}
