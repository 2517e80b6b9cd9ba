using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>Workers of which each has one command outstanding, and what the measured window says of them: the same
/// for every compared system.</summary>
/// <typeparam name="TResult">What a command ends with; nobody looks at it.</typeparam>
internal sealed class ClosedLoad<TResult>
{
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(3);
    private readonly PeerOptions _options;
    private readonly Func<ReadOnlyMemory<byte>, ValueTask<TResult>> _execute;
    private readonly LatencyHistogram[] _latencies;
    private readonly LoadErrors _errors = new();
    private volatile Stage _stage;

    /// <summary>A load that does not run yet.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="execute">Runs one command; completes when it is chosen and applied here.</param>
    public ClosedLoad(PeerOptions options, Func<ReadOnlyMemory<byte>, ValueTask<TResult>> execute)
    {
        _options = options;
        _execute = execute;
        _latencies = [.. Enumerable.Range(0, options.Clients).Select(_ => new LatencyHistogram())];
    }

    private enum Stage
    {
        WarmUp,
        Measured,
        Over,
    }

    /// <summary>Runs the load, and tells in the contract's words what came of it.</summary>
    /// <param name="applied">How many commands the machine here has applied.</param>
    /// <param name="rounds">How many rounds of agreement there were so far; 0 where that is not known.</param>
    /// <param name="output">Where to tell.</param>
    public async Task RunAsync(Func<long> applied, Func<long> rounds, TextWriter output)
    {
        var workers = new Task[_options.Clients];
        for (var number = 0; number < workers.Length; number++)
        {
            var worker = number;
            workers[number] = Task.Run(() => WorkAsync(worker));
        }

        await Task.Delay(_options.WarmUp);
        await output.WriteLineAsync("BEGIN");
        var (allocated, agreed, began) = (GC.GetTotalAllocatedBytes(), rounds(), Stopwatch.GetTimestamp());
        var paused = GC.GetTotalPauseDuration();
        _stage = Stage.Measured;
        await Task.Delay(_options.Time);
        _stage = Stage.Over;
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        agreed = rounds() - agreed;
        paused = GC.GetTotalPauseDuration() - paused;
        await output.WriteLineAsync("END");
        _ = await Task.WhenAny(Task.WhenAll(workers), Task.Delay(EndMax));
        LatencyHistogram all = new();
        foreach (var one in _latencies)
        {
            all.Add(one);
        }

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"ops\":{all.Count},\"elapsed_s\":{elapsed:F4},\"p50_us\":{all.Microseconds(0.5):F1},"
            + $"\"p99_us\":{all.Microseconds(0.99):F1},\"p999_us\":{all.Microseconds(0.999):F1},"
            + $"\"applied\":{applied()},\"errors\":{_errors.Count},"
            + $"\"alloc_per_op\":{(double)allocated / Math.Max(1, all.Count):F2},"
            + $"\"gc\":{GC.CollectionCount(0)},\"gc_ms\":{paused.TotalMilliseconds:F1},"
            + $"\"batch\":{(double)all.Count / Math.Max(1, agreed):F1}}}"));
        await _errors.TellAsync();
    }

    private async Task WorkAsync(int worker)
    {
        var latencies = _latencies[worker];
        var command = new byte[_options.Size];
        var number = (long)worker << ClosedLoad.WorkerShift;
        while (_stage is var stage && stage != Stage.Over)
        {
            BinaryPrimitives.WriteInt64LittleEndian(command, number++);
            var began = Stopwatch.GetTimestamp();
            try
            {
                _ = await _execute(command).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // whatever the system throws: it is counted and told
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _errors.Add(exception);
                await Task.Delay(50);
                continue;
            }

            if (stage == Stage.Measured)
            {
                latencies.Add(Stopwatch.GetTimestamp() - began);
            }
        }
    }
}

/// <summary>How the commands of a load look.</summary>
internal static class ClosedLoad
{
    /// <summary>The worker's number stands above the command's.</summary>
    public const int WorkerShift = 40;

    /// <summary>Whose command it is.</summary>
    public static int WorkerOf(ReadOnlySpan<byte> command) =>
        (int)(BinaryPrimitives.ReadInt64LittleEndian(command) >> WorkerShift);
}
