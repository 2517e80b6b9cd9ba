namespace PaxosSM.Runtime.Ports;

/// <summary>Durable snapshots, by group and slot. Safe for use by many threads.</summary>
/// <remarks>A snapshot is written aside, flushed, renamed, and the folder flushed: it is there whole, or not at
/// all.</remarks>
public interface ISnapshotStore
{
    /// <summary>The groups that there are snapshots of, damaged ones not counted; in no order.</summary>
    IReadOnlyList<GroupId> Groups { get; }

    /// <summary>The slot of the newest snapshot not known to be damaged; <see cref="Slot.Zero"/> for none.</summary>
    Slot Latest(GroupId group);

    /// <summary>Starts a snapshot. Disposing the draft without <see cref="SnapshotDraft.CommitAsync"/> forgets
    /// it.</summary>
    /// <exception cref="IOException">Among others: the disk is full; nothing is lost, try again later.</exception>
    SnapshotDraft Create(GroupId group, Slot slot);

    /// <summary>Opens a snapshot for reading; null when it is not there. Its checksum is verified by the end of the
    /// stream at the latest.</summary>
    /// <exception cref="InvalidDataException">On reading: the snapshot is damaged.</exception>
    Stream? Open(GroupId group, Slot slot);

    /// <summary>Reads a piece of a snapshot as it is stored, for sending it elsewhere; 0 bytes when it is not
    /// there.</summary>
    /// <returns>How many bytes were read, and the snapshot's length as stored.</returns>
    (int Read, long Length) ReadPiece(GroupId group, Slot slot, long offset, Span<byte> destination);

    /// <summary>Starts a snapshot whose stored bytes come from elsewhere, by pieces; committing it verifies checksum
    /// and slot.</summary>
    SnapshotDraft CreateFromPieces(GroupId group, Slot slot);

    /// <summary>Deletes the group's snapshots below <paramref name="slot"/>, but for those open for reading, which
    /// follow later.</summary>
    void DeleteBelow(GroupId group, Slot slot);

    /// <summary>Puts a damaged snapshot out of use for good (R24): kept for inspection where there is a place for it,
    /// never opened, sent, or <see cref="Latest"/> again.</summary>
    void SetAside(GroupId group, Slot slot);
}

/// <summary>A snapshot being written.</summary>
public abstract class SnapshotDraft : IAsyncDisposable
{
    /// <summary>Takes the bytes.</summary>
    public abstract Stream Stream { get; }

    /// <summary>Makes the snapshot durable and visible.</summary>
    /// <exception cref="InvalidDataException">Pieces from elsewhere don't make an intact snapshot of that
    /// slot.</exception>
    public abstract ValueTask CommitAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
