namespace PaxosSM.Storage;

/// <summary>The file of a snapshot that went, kept for the next one to be written into: the device has neither to find
/// room for that nor to give up the old one's, which it does while the log's flushes wait.</summary>
/// <remarks>Safe for use by many threads.</remarks>
internal sealed class SpareSnapshot(IFileLayer files)
{
    private string? _path;

    /// <summary>Keeps a file. Its name is no snapshot's any more, durably: a crash must not show the next one's bytes
    /// under it.</summary>
    /// <param name="path">Where it is.</param>
    /// <returns>False when there is one already.</returns>
    public bool TryKeep(string path) => Interlocked.CompareExchange(ref _path, path, null) is null;

    /// <summary>Gives it a name, and opens it, with whatever is in it; null when there is none.</summary>
    public IStorageFile? TryTake(string name)
    {
        if (Interlocked.Exchange(ref _path, null) is not { } path)
        {
            return null;
        }

        files.Rename(path, name);
        return files.Open(name);
    }
}
