using System.Buffers.Binary;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.InMemory;

/// <summary>Snapshots that last as long as this object: for tests, simulation and volatile groups.</summary>
/// <remarks>Stored as the bytes, the slot (8) and a checksum (8), so that damage and mix-ups are found as on a
/// disk.</remarks>
public sealed class InMemorySnapshotStore : ISnapshotStore
{
    private const int TrailerSize = 16;
    private readonly Lock _gate = new();
    private readonly Dictionary<(GroupId Group, Slot Slot), Stored> _stored = [];

    /// <summary>What every write meets from now on, such as a full disk; null for nothing.</summary>
    public IOException? WriteFault { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<GroupId> Groups
    {
        get
        {
            lock (_gate)
            {
                return [.. _stored.Keys.Select(key => key.Group).Distinct()];
            }
        }
    }

    /// <inheritdoc/>
    public Slot Latest(GroupId group)
    {
        lock (_gate)
        {
            return Slots(group).DefaultIfEmpty(Slot.Zero).Max();
        }
    }

    /// <summary>The slots of a group's snapshots, in order.</summary>
    public IReadOnlyList<Slot> SlotsOf(GroupId group)
    {
        lock (_gate)
        {
            return [.. Slots(group).Order()];
        }
    }

    /// <inheritdoc/>
    public SnapshotDraft Create(GroupId group, Slot slot)
    {
        ThrowFault();
        return new Draft(this, group, slot, isWhole: false);
    }

    /// <inheritdoc/>
    public SnapshotDraft CreateFromPieces(GroupId group, Slot slot)
    {
        ThrowFault();
        return new Draft(this, group, slot, isWhole: true);
    }

    /// <inheritdoc/>
    public Stream? Open(GroupId group, Slot slot)
    {
        lock (_gate)
        {
            if (!_stored.TryGetValue((group, slot), out var stored))
            {
                return null;
            }

            if (!IsIntact(stored.Bytes, slot))
            {
                throw new InvalidDataException($"the snapshot of group {group} at {slot} is damaged");
            }

            stored.Readers++;
            return new Reader(this, (group, slot), stored);
        }
    }

    /// <inheritdoc/>
    public (int Read, long Length) ReadPiece(GroupId group, Slot slot, long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            if (!_stored.TryGetValue((group, slot), out var stored) || offset < 0 || offset >= stored.Bytes.Length)
            {
                return default;
            }

            var bytes = stored.Bytes.AsSpan((int)offset);
            var read = Math.Min(bytes.Length, destination.Length);
            bytes[..read].CopyTo(destination);
            return (read, stored.Bytes.Length);
        }
    }

    /// <inheritdoc/>
    public void DeleteBelow(GroupId group, Slot slot)
    {
        lock (_gate)
        {
            foreach (var old in Slots(group).Where(each => each < slot).ToList())
            {
                var stored = _stored[(group, old)];
                stored.IsDoomed = true;
                Sweep((group, old), stored);
            }
        }
    }

    /// <inheritdoc/>
    public void SetAside(GroupId group, Slot slot)
    {
        lock (_gate)
        {
            _ = _stored.Remove((group, slot));
        }
    }

    /// <summary>Flips a bit, as a disk might.</summary>
    public void Damage(GroupId group, Slot slot, int offset)
    {
        lock (_gate)
        {
            _stored[(group, slot)].Bytes[offset] ^= 1;
        }
    }

    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        const ulong FnvOffset = 14695981039346656037;
        const ulong FnvPrime = 1099511628211;
        var sum = FnvOffset;
        foreach (var octet in bytes)
        {
            sum = (sum ^ octet) * FnvPrime;
        }

        return sum;
    }

    private static byte[] Seal(ReadOnlySpan<byte> bytes, Slot slot)
    {
        var sealedBytes = new byte[bytes.Length + TrailerSize];
        bytes.CopyTo(sealedBytes);
        BinaryPrimitives.WriteInt64LittleEndian(sealedBytes.AsSpan(bytes.Length), slot.Index);
        var checksum = Checksum(sealedBytes.AsSpan(..^sizeof(ulong)));
        BinaryPrimitives.WriteUInt64LittleEndian(sealedBytes.AsSpan(sealedBytes.Length - sizeof(ulong)), checksum);
        return sealedBytes;
    }

    private static bool IsIntact(ReadOnlySpan<byte> bytes, Slot slot) =>
        bytes.Length >= TrailerSize
        && BinaryPrimitives.ReadInt64LittleEndian(bytes[^TrailerSize..]) == slot.Index
        && BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]) == Checksum(bytes[..^sizeof(ulong)]);

    private IEnumerable<Slot> Slots(GroupId group) =>
        _stored.Keys.Where(key => key.Group == group).Select(key => key.Slot);

    private void ThrowFault()
    {
        if (WriteFault is { } fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    private void Commit(GroupId group, Slot slot, byte[] bytes, bool isWhole)
    {
        ThrowFault();
        var stored = isWhole ? bytes : Seal(bytes, slot);
        if (!IsIntact(stored, slot))
        {
            throw new InvalidDataException($"the pieces make no intact snapshot of group {group} at {slot}");
        }

        lock (_gate)
        {
            _stored[(group, slot)] = new(stored);
        }
    }

    private void OnReaderEnded((GroupId Group, Slot Slot) key, Stored stored)
    {
        lock (_gate)
        {
            stored.Readers--;
            Sweep(key, stored);
        }
    }

    private void Sweep((GroupId Group, Slot Slot) key, Stored stored)
    {
        if (stored.IsDoomed && stored.Readers == 0 && _stored.TryGetValue(key, out var current) && current == stored)
        {
            _stored.Remove(key);
        }
    }

    private sealed class Stored(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public int Readers { get; set; }

        public bool IsDoomed { get; set; }
    }

    private sealed class Reader(InMemorySnapshotStore store, (GroupId Group, Slot Slot) key, Stored stored)
        : MemoryStream(stored.Bytes, 0, stored.Bytes.Length - TrailerSize, writable: false)
    {
        private bool _ended;

        protected override void Dispose(bool disposing)
        {
            if (!_ended)
            {
                _ended = true;
                store.OnReaderEnded(key, stored);
            }

            base.Dispose(disposing);
        }
    }

    private sealed class Draft(InMemorySnapshotStore store, GroupId group, Slot slot, bool isWhole) : SnapshotDraft
    {
        private readonly MemoryStream _bytes = new();

        public override Stream Stream => _bytes;

        public override ValueTask CommitAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            store.Commit(group, slot, _bytes.ToArray(), isWhole);
            return ValueTask.CompletedTask;
        }

        public override ValueTask DisposeAsync() => _bytes.DisposeAsync();
    }
}
