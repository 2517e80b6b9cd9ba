using PaxosSM.Execution;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Storage;

/// <summary>Backups in files: written so that they are there whole or not at all, verified, and installed into a new
/// member's snapshots.</summary>
public static class BackupFile
{
    private const string AsideExtension = ".part";

    /// <summary>Makes a file of a backup: written aside, flushed, read back and verified, renamed, and the folder
    /// flushed. Whatever goes wrong before, a file that was there stays as it was.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the backup's bytes.</param>
    /// <param name="files">The files; the operating system's when null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the backup says of itself.</returns>
    /// <exception cref="DiskFullException">It does not fit; what was written of it is gone.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="InvalidDataException">What came back from the disk is no intact backup.</exception>
    public static async Task<BackupInfo> SaveAsync(
        string path,
        Func<Stream, CancellationToken, Task> write,
        IFileLayer? files = null,
        CancellationToken cancellationToken = default)
    {
        files ??= DiskFileLayer.Instance;
        path = Path.GetFullPath(path);
        var aside = path + AsideExtension;
        try
        {
            using (var file = files.Create(aside))
            {
                var stream = new StorageFileStream(file, canWrite: true);
                await write(stream, cancellationToken).ConfigureAwait(false);
                file.Flush();
            }

            var info = await VerifyAsync(aside, files, cancellationToken).ConfigureAwait(false);
            files.Rename(aside, path);
            files.FlushDirectory(Path.GetDirectoryName(path)!); // a full path of a file has one
            return info;
        }
        catch (Exception failed)
        {
            try
            {
                files.Delete(aside);
            }
            catch (IOException)
            {
                // The first failure is the one to tell.
            }

            if (failed is UnauthorizedAccessException)
            {
                throw new IOException($"The backup {path} can't be written: {failed.Message}", failed);
            }

            throw;
        }
    }

    /// <summary>Reads every byte of a backup, and tells what it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="files">The files; the operating system's when null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It is no backup, cut, or damaged; the message says where.</exception>
    public static async Task<BackupInfo> VerifyAsync(
        string path, IFileLayer? files = null, CancellationToken cancellationToken = default)
    {
        using var file = (files ?? DiskFileLayer.Instance).OpenRead(path);
        var stream = new StorageFileStream(file, canWrite: false);
        return await VerifyAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads every byte of a backup, and tells what it is.</summary>
    /// <exception cref="InvalidDataException">It is no backup, cut, or damaged; the message says where.</exception>
    public static async Task<BackupInfo> VerifyAsync(Stream backup, CancellationToken cancellationToken = default)
    {
        using var reader = await BackupReader.OpenAsync(backup, cancellationToken).ConfigureAwait(false);
        await ReadThroughAsync(reader, cancellationToken).ConfigureAwait(false);
        return reader.Info;
    }

    /// <summary>Makes a member's first snapshot of a backup: the same state, in the epoch that follows (R12). Durable
    /// on return.</summary>
    /// <param name="path">The backup.</param>
    /// <param name="backup">Its number: another backup is refused.</param>
    /// <param name="next">The epoch that goes on from it.</param>
    /// <param name="group">The group that goes on from it: the backup's own, or another.</param>
    /// <param name="store">Takes the snapshot.</param>
    /// <param name="files">The files; the operating system's when null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">It is damaged, or another one.</exception>
    public static async Task InstallAsync(
        string path,
        Guid backup,
        EpochStart next,
        GroupId group,
        ISnapshotStore store,
        IFileLayer? files = null,
        CancellationToken cancellationToken = default)
    {
        using var file = (files ?? DiskFileLayer.Instance).OpenRead(path);
        var stream = new StorageFileStream(file, canWrite: false);
        using var reader = await BackupReader.OpenAsync(stream, cancellationToken).ConfigureAwait(false);
        var draft = store.Create(group, reader.Info.Slot);
        await using (draft.ConfigureAwait(false))
        {
            try
            {
                await CopyAsync(reader, next, group, draft.Stream, cancellationToken).ConfigureAwait(false);
            }
            catch (FormatException unreadable)
            {
                // Another backup is told as that, whatever it holds.
                await ReadThroughAsync(reader, cancellationToken).ConfigureAwait(false);
                RequireIs(reader, backup);
                throw new InvalidDataException(
                    $"The backup {path} can't be restored by this program: {unreadable.Message}", unreadable);
            }

            RequireIs(reader, backup);
            await draft.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task ReadThroughAsync(BackupReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { IsEmpty: false })
        {
            // The reader checks; nothing is kept.
        }
    }

    // Known once it was read through.
    private static void RequireIs(BackupReader reader, Guid backup) =>
        BackupFormat.Require(reader.Info.Id == backup, $"it is backup {reader.Info.Id:N}, not {backup:N}");

    // The executor's state comes first, and names its own length; the machine's follows as it is.
    private static async Task CopyAsync(
        BackupReader reader,
        EpochStart next,
        GroupId group,
        Stream destination,
        CancellationToken cancellationToken)
    {
        using MemoryStream state = new();
        var length = Executor.StateHeaderSize;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { IsEmpty: false } piece)
        {
            if (length == 0)
            {
                await destination.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                continue;
            }

            state.Write(piece.Span);
            if (state.Length >= length && length == Executor.StateHeaderSize)
            {
                length += LengthOf(state);
            }

            if (state.Length >= length)
            {
                var whole = state.GetBuffer().AsMemory(0, (int)state.Length);
                var moved = StateHead.Continue(whole.Span[..length], next, group);
                await destination.WriteAsync(moved, cancellationToken).ConfigureAwait(false);
                await destination.WriteAsync(whole[length..], cancellationToken).ConfigureAwait(false);
                length = 0;
            }
        }

        BackupFormat.Require(length == 0, "the state in it is cut");
    }

    private static int LengthOf(MemoryStream state) =>
        StateHead.LengthBehind(state.GetBuffer().AsSpan(0, Executor.StateHeaderSize));
}
