namespace PaxosSM.Storage;

/// <summary>Tells a full disk from other failures.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28;
    private const int NoQuotaLinux = 122;
    private const int NoQuotaMac = 69;
    private const int NoSpaceWindows = unchecked((int)0x80070070);

    public static bool Is(IOException exception) =>
        OperatingSystem.IsWindows() ? exception.HResult == NoSpaceWindows
        : exception.HResult == NoSpace || exception.HResult == (OperatingSystem.IsMacOS() ? NoQuotaMac : NoQuotaLinux);

    /// <summary>Runs a step; a full disk becomes a <see cref="DiskFullException"/>.</summary>
    public static void Guard(string path, Action step)
    {
        try
        {
            step();
        }
        catch (IOException exception) when (Is(exception))
        {
            throw new DiskFullException($"No space is left for {path}.", exception);
        }
    }
}
