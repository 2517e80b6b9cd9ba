using Microsoft.Win32.SafeHandles;

namespace PaxosSM.Storage;

/// <summary>A file of the operating system.</summary>
internal sealed class DiskFile : IStorageFile
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private DiskFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
    }

    public long Length => RandomAccess.GetLength(_handle);

    public static DiskFile Open(string path, FileMode mode, FileAccess access)
    {
        try
        {
            return new(File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete), path);
        }
        catch (IOException exception) when (DiskFull.Is(exception))
        {
            throw new DiskFullException($"No space is left for {path}.", exception);
        }
    }

    public int Read(long offset, Span<byte> destination)
    {
        var total = 0;
        while (total < destination.Length)
        {
            var count = RandomAccess.Read(_handle, destination[total..], offset + total);
            if (count == 0)
            {
                break;
            }

            total += count;
        }

        return total;
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        try
        {
            RandomAccess.Write(_handle, source, offset);
        }
        catch (IOException exception) when (DiskFull.Is(exception))
        {
            throw new DiskFullException($"No space is left for {_path}.", exception);
        }
    }

    public void Truncate(long length)
    {
        if (length < Length)
        {
            RandomAccess.SetLength(_handle, length);
        }
    }

    public void Flush()
    {
        if (OperatingSystem.IsLinux())
        {
            Posix.FlushData(_handle, _path);
        }
        else
        {
            RandomAccess.FlushToDisk(_handle);
        }
    }

    public void WriteBack(long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            // No flush command of the device's, behind which those of others wait.
            Posix.WriteBack(_handle, _path, offset, length);
        }
        else
        {
            Flush();
        }
    }

    public void Dispose() => _handle.Dispose();
}
