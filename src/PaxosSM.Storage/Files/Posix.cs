using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PaxosSM.Storage;

/// <summary>The calls that .NET has no method for.</summary>
internal static class Posix
{
    /// <summary>Flushes a file's data, and of its metadata only what reading the data back needs (Linux).</summary>
    public static void FlushData(SafeFileHandle handle, string path)
    {
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            if (fdatasync((int)handle.DangerousGetHandle()) != 0)
            {
                throw new IOException($"Flushing {path} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
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

    // The C library's own names; generated marshalling would need a partial class.
#pragma warning disable IDE1006, SYSLIB1054
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fdatasync(int descriptor);

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
