using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using PaxosSM.Runtime;

namespace PaxosSM.Benchmarks;

/// <summary>Commands that arrive by a schedule, whatever became of those before them: a latency begins at the moment
/// that a command was to arrive, so that a system that stands still is charged for all who would have come
/// meanwhile.</summary>
/// <typeparam name="TResult">What a command ends with; nobody looks at it.</typeparam>
internal sealed class OpenLoad<TResult>
{
    // To sleep before each command would cost more than all else; those that come meanwhile are late, and that counts.
    private static readonly TimeSpan Grain = TimeSpan.FromMicroseconds(200);

    // So long after the schedule's end it is given up.
    private static readonly TimeSpan LagMax = TimeSpan.FromSeconds(15);
    private readonly PeerOptions _options;
    private readonly Func<ReadOnlyMemory<byte>, ValueTask<TResult>> _execute;
    private readonly LatencyHistogram _latencies = new();
    private readonly LoadErrors _errors = new();
    private readonly Stack<Place> _free = new();
    private readonly WakeSignal _freed = new();
    private readonly WakeSignal _never = new();
    private readonly Lock _gate = new();
    private readonly long _first;
    private readonly long _end;
    private long _firstDue;
    private long _lastEnd;

    /// <summary>A load that does not run yet.</summary>
    /// <param name="options">What was asked for, a rate among it.</param>
    /// <param name="execute">Runs one command; completes when it is chosen and applied here. The first eight bytes
    /// have the command's place among those outstanding, as <see cref="ClosedLoad.WorkerOf"/> reads it.</param>
    public OpenLoad(PeerOptions options, Func<ReadOnlyMemory<byte>, ValueTask<TResult>> execute)
    {
        (_options, _execute) = (options, execute);
        _first = (long)(options.Rate * options.WarmUp.TotalSeconds);
        _end = _first + (long)(options.Rate * options.Time.TotalSeconds);
        for (var place = 0L; place < OpenLoad.OutstandingMax; place++)
        {
            _free.Push(new(this, place));
        }
    }

    /// <summary>Runs the schedule to its end, and tells in the contract's words what came of it.</summary>
    /// <param name="applied">How many commands the machine here has applied.</param>
    /// <param name="snapshots">How many snapshots it has begun.</param>
    /// <param name="output">Where to tell.</param>
    public async Task RunAsync(Func<long> applied, Func<long> snapshots, TextWriter output)
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource issued = new(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Issue(begun, issued)) { IsBackground = true, Name = "open-load" }.Start();
        await begun.Task;
        await output.WriteLineAsync("BEGIN");
        var (taken, allocated) = (snapshots(), GC.GetTotalAllocatedBytes());
        var (collections, paused) = (GC.CollectionCount(0), GC.GetTotalPauseDuration());
        await issued.Task;
        var left = await DrainAsync();
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        (collections, paused) = (GC.CollectionCount(0) - collections, GC.GetTotalPauseDuration() - paused);
        await output.WriteLineAsync("END");
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"ops\":{_latencies.Count},\"elapsed_s\":{Elapsed().TotalSeconds:F4},"
            + $"\"p50_us\":{_latencies.Microseconds(0.5):F1},\"p99_us\":{_latencies.Microseconds(0.99):F1},"
            + $"\"p999_us\":{_latencies.Microseconds(0.999):F1},\"applied\":{applied()},"
            + $"\"errors\":{_errors.Count + left},\"snapshots\":{snapshots() - taken},"
            + $"\"alloc_per_op\":{(double)allocated / Math.Max(1, _latencies.Count):F2},"
            + $"\"gc\":{collections},\"gc_ms\":{paused.TotalMilliseconds:F1}}}"));
        await _errors.TellAsync();
    }

    private void Issue(TaskCompletionSource begun, TaskCompletionSource issued)
    {
        var period = Stopwatch.Frequency / _options.Rate;
        var began = Stopwatch.GetTimestamp();
        var most = _options.WarmUp + _options.Time + LagMax;
        for (var number = 0L; number < _end && Stopwatch.GetElapsedTime(began) < most; number++)
        {
            var due = began + (long)(number * period);
            for (var now = Stopwatch.GetTimestamp(); now < due; now = Stopwatch.GetTimestamp())
            {
                var early = Stopwatch.GetElapsedTime(now, due);
                _never.Wait(early > Grain ? early : Grain);
            }

            if (number == _first)
            {
                _firstDue = due;
                begun.SetResult();
            }

            TakeFree().Run(number, due);
        }

        begun.TrySetResult();
        issued.SetResult();
    }

    private Place TakeFree()
    {
        while (true)
        {
            _freed.Take();
            lock (_gate)
            {
                if (_free.TryPop(out var place))
                {
                    return place;
                }
            }

            _freed.Wait(LagMax);
        }
    }

    private void OnEnd(Place place, long number, long due)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (number >= _first)
            {
                _latencies.Add(now - due);
                _lastEnd = Math.Max(_lastEnd, now);
            }

            _free.Push(place);
        }

        _freed.Set();
    }

    // How many commands did not end, or never began.
    private async Task<long> DrainAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (Left() > 0 && Stopwatch.GetElapsedTime(began) < LagMax)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }

        return Left();
    }

    // Longer than the schedule where the system fell behind it.
    private TimeSpan Elapsed()
    {
        lock (_gate)
        {
            var real = Stopwatch.GetElapsedTime(_firstDue, _lastEnd);
            return real > _options.Time ? real : _options.Time;
        }
    }

    private long Left()
    {
        lock (_gate)
        {
            return _end - _first - _latencies.Count;
        }
    }

    // One command outstanding. Allocates nothing: a collection would stop what is measured.
    private sealed class Place
    {
        private readonly OpenLoad<TResult> _load;
        private readonly byte[] _command;
        private readonly Action _onCompleted;
        private ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter _awaiter;
        private long _number;
        private long _due;

        public Place(OpenLoad<TResult> load, long place)
        {
            (_load, _onCompleted) = (load, OnCompleted);
            _command = new byte[load._options.Size];
            BinaryPrimitives.WriteInt64LittleEndian(_command, place << ClosedLoad.WorkerShift);
        }

        public void Run(long number, long due)
        {
            (_number, _due) = (number, due);
#pragma warning disable CA2012 // its result is taken once, when it has completed
            _awaiter = _load._execute(_command).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            if (_awaiter.IsCompleted)
            {
                OnCompleted();
            }
            else
            {
                _awaiter.UnsafeOnCompleted(_onCompleted);
            }
        }

        private void OnCompleted()
        {
            try
            {
                _ = _awaiter.GetResult();
            }
#pragma warning disable CA1031 // whatever the system throws: it is counted and told
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _load._errors.Add(exception);
            }

            _load.OnEnd(this, _number, _due);
        }
    }
}

/// <summary>What bounds any such load.</summary>
internal static class OpenLoad
{
    /// <summary>How many commands are outstanding at most; who comes then waits, and that counts.</summary>
    public const int OutstandingMax = 8192;
}
