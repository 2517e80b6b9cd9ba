using System.Runtime.InteropServices;

namespace PaxosSM.Runtime;

/// <summary>Linux' futex: one call to sleep and one to wake, where a monitor's take four and more.</summary>
internal sealed unsafe class Futex
{
    // For this process alone.
    private const int WaitPrivate = 0 | 128;
    private const int WakePrivate = 1 | 128;

    private static readonly nint Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 98,
        _ => 0,
    };

    // Never moved: the kernel knows it by its address.
    private readonly int[] _word = GC.AllocateArray<int>(1, pinned: true);

    /// <summary>Whether this system has it, under a number that is known here.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Number != 0;

    /// <summary>What the sleeper sleeps on.</summary>
    public ref int Word => ref _word[0];

    private int* Address => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_word, 0);

    /// <summary>Sleeps while the word has a value, until woken or the time is over; may return before.</summary>
    public void Wait(int value, TimeSpan time)
    {
        Timespan span = new((nint)time.TotalSeconds, (nint)(time.Ticks % TimeSpan.TicksPerSecond * 100));
        _ = syscall(Number, Address, WaitPrivate, value, time == Timeout.InfiniteTimeSpan ? null : &span, null, 0);
    }

    /// <summary>Wakes who sleeps.</summary>
    public void Wake() => _ = syscall(Number, Address, WakePrivate, 1, null, null, 0);

#pragma warning disable IDE1006, SYSLIB1054 // the C library's own name
    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint syscall(
        nint number, int* address, nint operation, nint value, Timespan* time, int* other, nint otherValue);
#pragma warning restore IDE1006, SYSLIB1054

    private readonly record struct Timespan(nint Seconds, nint Nanoseconds);
}
