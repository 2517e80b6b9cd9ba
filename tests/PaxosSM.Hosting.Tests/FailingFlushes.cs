using PaxosSM.Storage;

namespace PaxosSM.Hosting.Tests;

/// <summary>A disk that can't flush files with a certain text in their names.</summary>
internal sealed class FailingFlushes(string text) : IFileLayer
{
    private readonly DiskFileLayer _disk = DiskFileLayer.Instance;

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public IReadOnlyList<string> List(string directory) => _disk.List(directory);

    public IStorageFile Open(string path) => _disk.Open(path);

    public IStorageFile OpenRead(string path) => _disk.OpenRead(path);

    public IStorageFile Create(string path)
    {
        var file = _disk.Create(path);
        return path.Contains(text, StringComparison.Ordinal) ? new Failing(file) : file;
    }

    public void Rename(string from, string to) => _disk.Rename(from, to);

    public void Delete(string path) => _disk.Delete(path);

    public void FlushDirectory(string path) => _disk.FlushDirectory(path);

    public IDisposable Lock(string path) => _disk.Lock(path);

    private sealed class Failing(IStorageFile file) : IStorageFile
    {
        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination) => file.Read(offset, destination);

        public void Write(long offset, ReadOnlySpan<byte> source) => file.Write(offset, source);

        public void Truncate(long length) => file.Truncate(length);

        public void Flush() => throw new IOException("the device is gone");

        public void Dispose() => file.Dispose();
    }
}
