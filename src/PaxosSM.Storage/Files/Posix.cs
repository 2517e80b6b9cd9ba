using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PaxosSM.Storage;

/// <summary>The calls that .NET has no method for.</summary>
internal static class Posix
{
    // Wait for what is on its way, begin with the rest, and wait for that.
    private const uint WaitBefore = 1;
    private const uint Begin = 2;
    private const uint WaitAfter = 4;

    /// <summary>Flushes a file's data, and of its metadata only what reading the data back needs (Linux).</summary>
    public static void FlushData(SafeFileHandle handle, string path) =>
        Call(handle, static (descriptor, _, _) => fdatasync(descriptor), default, ("Flushing", path));

    /// <summary>Writes a range of a file from the page cache to the device, without flushing the device (Linux).
    /// </summary>
    public static void WriteBack(SafeFileHandle handle, string path, long offset, long length) => Call(
        handle,
        static (descriptor, offset, length) =>
            sync_file_range(descriptor, offset, length, WaitBefore | Begin | WaitAfter),
        (offset, length),
        ("Writing back", path));

    /// <summary>Flushes a folder (Linux, macOS).</summary>
    public static unsafe void FlushDirectory(string path)
    {
        var text = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* name = text)
        {
            var descriptor = open(name, 0);
            if (descriptor < 0)
            {
                throw new IOException($"Opening the folder {path} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
            }

            var result = fsync(descriptor);
            var error = Marshal.GetLastPInvokeErrorMessage();
            _ = close(descriptor);
            if (result != 0)
            {
                throw new IOException($"Flushing the folder {path} failed: {error}.");
            }
        }
    }

    private static void Call(
        SafeFileHandle handle,
        Func<int, long, long, int> call,
        (long Offset, long Length) range,
        (string Doing, string Path) what)
    {
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            if (call((int)handle.DangerousGetHandle(), range.Offset, range.Length) != 0)
            {
                throw new IOException(
                    $"{what.Doing} {what.Path} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }

    // The C library's own names; generated marshalling would need a partial class.
#pragma warning disable IDE1006, SYSLIB1054
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fdatasync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sync_file_range(int descriptor, long offset, long length, uint flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern unsafe int open(byte* path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
#pragma warning restore IDE1006, SYSLIB1054
}
