using PaxosSM.Storage.Simulated;

namespace PaxosSM.Storage.Tests;

/// <summary>Counts what costs a device most.</summary>
internal sealed class CountingFileLayer(InMemoryFileLayer disk) : IFileLayer
{
    public long Created { get; set; }

    /// <summary>How many bytes were written by writes of zeros only.</summary>
    public long ZerosWritten { get; set; }

    /// <summary>Called before each read of a file opened for reading.</summary>
    public Action? OnRead { get; set; }

    /// <summary>Called after a folder was listed.</summary>
    public Action? OnListed { get; set; }

    public void CreateDirectory(string path) => disk.CreateDirectory(path);

    public IReadOnlyList<string> List(string directory)
    {
        var names = disk.List(directory);
        OnListed?.Invoke();
        return names;
    }

    public IStorageFile Open(string path) => new CountedFile(this, disk.Open(path));

    public IStorageFile OpenRead(string path) => new CountedFile(this, disk.OpenRead(path)) { OnRead = OnRead };

    public IStorageFile Create(string path)
    {
        Created++;
        return new CountedFile(this, disk.Create(path));
    }

    public void Rename(string from, string to) => disk.Rename(from, to);

    public void Delete(string path) => disk.Delete(path);

    public void FlushDirectory(string path) => disk.FlushDirectory(path);

    public IDisposable Lock(string path) => disk.Lock(path);

    private sealed class CountedFile(CountingFileLayer layer, IStorageFile file) : IStorageFile
    {
        public Action? OnRead { get; init; }

        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination)
        {
            OnRead?.Invoke();
            return file.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            if (!source.ContainsAnyExcept((byte)0))
            {
                layer.ZerosWritten += source.Length;
            }

            file.Write(offset, source);
        }

        public void Truncate(long length) => file.Truncate(length);

        public void Flush() => file.Flush();

        public void Dispose() => file.Dispose();
    }
}
