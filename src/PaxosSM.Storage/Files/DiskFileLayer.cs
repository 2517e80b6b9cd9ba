using System.Globalization;
using System.Text;

namespace PaxosSM.Storage;

/// <summary>The operating system's files.</summary>
public sealed class DiskFileLayer : IFileLayer
{
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
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // The number is for people only; the lock is held without it, on a full disk too.
        }

        return file;
    }

    private static string HolderOf(string path)
    {
        try
        {
            // flock, which FileShare.None becomes on Unix, is between those who ask for it: reading with every share allowed asks for none.
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> text = stackalloc byte[16];
            var count = RandomAccess.Read(handle, text, 0);
            return count > 0 ? $"the process {Encoding.ASCII.GetString(text[..count])}" : "another process";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
