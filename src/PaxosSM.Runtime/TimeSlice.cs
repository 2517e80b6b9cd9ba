using System.Runtime.InteropServices;

namespace PaxosSM.Runtime;

/// <summary>How long Linux lets a thread run before others that are ready get their turn.</summary>
/// <remarks>
/// Since Linux 6.12 a thread may ask for turns of its own length; by default one is above a millisecond, and a woken
/// thread waits for the end of the running one's. What a node's threads do takes a tenth of that, and
/// then somebody else's is due: with short turns a woken one runs at once where it had little of the processor lately.
/// How much of it each gets, in all, stays the same.
/// </remarks>
internal static unsafe class TimeSlice
{
    /// <summary>The shortest that Linux grants.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMicroseconds(100);

    private const uint NormalPolicy = 0;
    private const uint BatchPolicy = 3;
    private const long NanosecondsPerTick = 100;
    private static readonly Version FirstVersion = new(6, 12);

    private static readonly (nint Set, nint Get) Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (314, 315),
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => (274, 275),
        _ => default,
    };

    private static readonly bool IsKnown =
        OperatingSystem.IsLinux() && Environment.OSVersion.Version >= FirstVersion && Number.Set != 0;

    /// <summary>Asks for the shortest turns for this thread.</summary>
    /// <returns>False where the system has none to give, or does not let this process ask; nothing is different then.
    /// </returns>
    public static bool TryShorten()
    {
        // Whoever has real-time threads knows how long they run.
        if (!IsKnown || Read() is not { Policy: NormalPolicy or BatchPolicy } attributes)
        {
            return false;
        }

        attributes.Runtime = (ulong)(Shortest.Ticks * NanosecondsPerTick);
        return syscall(Number.Set, 0, &attributes, 0, 0) == 0;
    }

    /// <summary>How long this thread's turns are; null where that is not to be known.</summary>
    public static TimeSpan? Current() =>
        IsKnown && Read() is { } attributes ? TimeSpan.FromTicks((long)attributes.Runtime / NanosecondsPerTick) : null;

    private static Attributes? Read()
    {
        Attributes attributes = default;
        return syscall(Number.Get, 0, &attributes, (nint)sizeof(Attributes), 0) == 0 ? attributes : null;
    }

#pragma warning disable IDE1006, SYSLIB1054 // the C library's own name
    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint syscall(nint number, nint thread, Attributes* attributes, nint sizeOrFlags, nint flags);
#pragma warning restore IDE1006, SYSLIB1054

    // The kernel's sched_attr, as its first version has it.
    [StructLayout(LayoutKind.Sequential)]
    private record struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
