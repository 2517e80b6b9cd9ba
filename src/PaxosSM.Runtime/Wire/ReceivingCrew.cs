using System.Diagnostics;

namespace PaxosSM.Runtime.Wire;

/// <summary>Reads a connection on threads of its own, one at a time: who reads also does what the frames bring, users'
/// code too, and a second one reads on where that takes long.</summary>
/// <remarks>
/// To hand work over costs a wake-up, which is more than most of the work; to hand the reading over costs the same. So
/// neither is handed over: whoever works lets go of the reading, and has it back unless it stayed away for too long.
/// Where nobody stands by, users' code is left to other threads.
/// </remarks>
public sealed class ReceivingCrew
{
    // What a work's end brings is done here, too, but not for ever.
    private const int KeptRunsMax = 8;
    private static readonly TimeSpan AwayMax = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan IdleLookInterval = TimeSpan.FromMilliseconds(100);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FrameReceiver _frames;
    private readonly BlockingRead _read;
    private readonly string _name;
    private volatile WakeSignal? _standby;
    private bool _hasSecond;
    private long _awaySince;
    private long _timesAway;

    private ReceivingCrew(FrameReceiver frames, BlockingRead read, string name)
    {
        _frames = frames;
        _read = read;
        _name = name;
    }

    private bool IsOver => _ended.Task.IsCompleted;

    /// <summary>Reads until the other side ends the stream.</summary>
    /// <param name="frames">Finds the frames, and gives them to their handler.</param>
    /// <param name="read">Reads what there is, and blocks while there is nothing; zero at the end.</param>
    /// <param name="name">The threads' name, for debuggers.</param>
    /// <returns>Ends with the stream; fails like <see cref="FrameReceiver.ReadOnce"/>.</returns>
    public static Task RunAsync(FrameReceiver frames, BlockingRead read, string name)
    {
        ReceivingCrew crew = new(frames, read, name);
        crew.Start(name, reads: true);
        return crew._ended.Task;
    }

    private void Start(string name, bool reads) =>
        NodeThread.New(() => Run(reads), name).Start();

    private void Run(bool reads)
    {
        LentThread.MayBlock = true;
        WakeSignal signal = new();
        while (!IsOver)
        {
            reads = reads ? ReadAndWork() : StandBy(signal);
        }

        _standby?.Set();
    }

    // Returns whether this thread still is the one that reads.
    private bool ReadAndWork()
    {
        SpareThread.Begin();
        LentThread.Begin();
        try
        {
            if (!_frames.ReadOnce(_read))
            {
                _ended.SetResult();
            }
        }
#pragma warning disable CA1031 // whoever waits for the end is told
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _ended.SetException(exception);
        }

        var goes = TryLeave();
        LentThread.MayBeKept = goes;
        LentThread.End();
        SpareThread.End(goes ? KeptRunsMax : 0);
        LentThread.MayBeKept = false;
        return !goes || Interlocked.Exchange(ref _awaySince, 0) != 0;
    }

    private bool TryLeave()
    {
        if (IsOver)
        {
            return false;
        }

        if (_standby is null)
        {
            if (!_hasSecond)
            {
                _hasSecond = true;
                Start($"{_name} (2)", reads: false);
            }

            return false;
        }

        Volatile.Write(ref _timesAway, _timesAway + 1);
        Volatile.Write(ref _awaySince, Stopwatch.GetTimestamp());
        return true;
    }

    // Looks after the one who reads, until it has to take its place. Returns whether it reads now.
    private bool StandBy(WakeSignal signal)
    {
        for (var seen = -1L; !IsOver;)
        {
            if (TryTakeOver())
            {
                return true;
            }

            _standby = signal;
            var times = Volatile.Read(ref _timesAway);
            signal.Wait(times == seen ? IdleLookInterval : 2 * AwayMax);
            seen = times;
        }

        return false;
    }

    private bool TryTakeOver()
    {
        var since = Volatile.Read(ref _awaySince);
        if (since == 0 || Stopwatch.GetElapsedTime(since) < AwayMax)
        {
            return false;
        }

        _standby = null; // before whoever is away can stand by in turn
        return Interlocked.CompareExchange(ref _awaySince, 0, since) == since;
    }
}
