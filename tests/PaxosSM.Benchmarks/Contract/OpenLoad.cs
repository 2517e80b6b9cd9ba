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
    private readonly WakeSignal _freed = new();
    private readonly WakeSignal _never = new();
    private readonly long _first;
    private readonly long _end;
    private Place? _ended;
    private Place? _free;
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
        for (var place = OpenLoad.OutstandingMax - 1L; place >= 0; place--)
        {
            _free = new(this, place) { Next = _free };
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
        NodeThread.New(() => Issue(begun, issued), "open-load").Start();
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
        var now = began;
        var most = _options.WarmUp + _options.Time + LagMax;
        for (var number = 0L; number < _end && Stopwatch.GetElapsedTime(began, now) < most; number++)
        {
            // Whoever is late need not look at the clock to know.
            var due = began + (long)(number * period);
            while (now < due && (now = Stopwatch.GetTimestamp()) < due)
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
        while (_free is null)
        {
            _freed.Take();
            if (!TakeEnded())
            {
                _freed.Wait(LagMax);
            }
        }

        var place = _free;
        _free = place.Next;
        return place;
    }

    // All that ended meanwhile, and their latencies: none that ends waits for another, or for who counts.
    private bool TakeEnded()
    {
        var ended = Interlocked.Exchange(ref _ended, null);
        while (ended is { } place)
        {
            ended = place.Next;
            (place.Next, _free) = (_free, place);
            if (place.Number >= _first)
            {
                _latencies.Add(place.EndedAt - place.Due);
                _lastEnd = Math.Max(_lastEnd, place.EndedAt);
            }
        }

        return _free is not null;
    }

    private void OnEnd(Place place)
    {
        Place? before;
        do
        {
            before = Volatile.Read(ref _ended);
            place.Next = before;
        }
        while (Interlocked.CompareExchange(ref _ended, place, before) != before);
        if (before is null)
        {
            _freed.Set();
        }
    }

    // How many commands did not end, or never began. The schedule is over.
    private async Task<long> DrainAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            _ = TakeEnded();
            var left = _end - _first - _latencies.Count;
            if (left == 0 || Stopwatch.GetElapsedTime(began) >= LagMax)
            {
                return left;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    // Longer than the schedule where the system fell behind it.
    private TimeSpan Elapsed()
    {
        var real = Stopwatch.GetElapsedTime(_firstDue, _lastEnd);
        return real > _options.Time ? real : _options.Time;
    }

    // One command outstanding. Allocates nothing: a collection would stop what is measured.
    private sealed class Place
    {
        private readonly OpenLoad<TResult> _load;
        private readonly byte[] _command;
        private readonly Action _onCompleted;
        private ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter _awaiter;

        public Place(OpenLoad<TResult> load, long place)
        {
            (_load, _onCompleted) = (load, OnCompleted);
            _command = new byte[load._options.Size];
            BinaryPrimitives.WriteInt64LittleEndian(_command, place << ClosedLoad.WorkerShift);
        }

        public Place? Next { get; set; }

        public long Number { get; private set; }

        public long Due { get; private set; }

        public long EndedAt { get; private set; }

        public void Run(long number, long due)
        {
            (Number, Due) = (number, due);
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

            EndedAt = Stopwatch.GetTimestamp();
            _load.OnEnd(this);
        }
    }
}

/// <summary>What bounds any such load.</summary>
internal static class OpenLoad
{
    /// <summary>How many commands are outstanding at most; who comes then waits, and that counts.</summary>
    public const int OutstandingMax = 8192;
}
