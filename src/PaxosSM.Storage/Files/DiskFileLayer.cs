using System.Globalization;

namespace PaxosSM.Storage;

/// <summary>The operating system's files.</summary>
public sealed class DiskFileLayer : IFileLayer
{
    private const string HolderExtension = ".pid";

    /// <summary>The only one needed: it has no state.</summary>
    public static DiskFileLayer Instance { get; } = new();

    /// <inheritdoc/>
    public void CreateDirectory(string path) => DiskFull.Guard(path, () => Directory.CreateDirectory(path));

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        var names = Directory.GetFiles(directory).Select(Path.GetFileName).OfType<string>().ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public IStorageFile Open(string path) => DiskFile.Open(path, FileMode.Open, FileAccess.ReadWrite);

    /// <inheritdoc/>
    public IStorageFile OpenRead(string path) => DiskFile.Open(path, FileMode.Open, FileAccess.Read);

    /// <inheritdoc/>
    public IStorageFile Create(string path) => DiskFile.Open(path, FileMode.Create, FileAccess.ReadWrite);

    /// <inheritdoc/>
    public void Rename(string from, string to) => DiskFull.Guard(to, () => File.Move(from, to, overwrite: true));

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void FlushDirectory(string path)
    {
        // Windows has no such call; NTFS logs its metadata.
        if (!OperatingSystem.IsWindows())
        {
            Posix.FlushDirectory(path);
        }
    }

    /// <inheritdoc/>
    public IDisposable Lock(string path)
    {
        FileStream file;
        try
        {
            file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException exception)
        {
            throw new IOException($"{path} is locked by {HolderOf(path)}: {exception.Message}", exception);
        }

        try
        {
            // In a file of its own: the lock keeps others from reading the locked one, too.
            File.WriteAllText(path + HolderExtension, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The number is for people only; the lock is held without it, on a full disk too.
        }

        return file;
    }

    private static string HolderOf(string path)
    {
        try
        {
            return $"process {File.ReadAllText(path + HolderExtension)}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
