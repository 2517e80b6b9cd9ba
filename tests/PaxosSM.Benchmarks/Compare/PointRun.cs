using System.Globalization;
using System.Text.Json;

namespace PaxosSM.Benchmarks;

/// <summary>Runs three nodes of one system at one point.</summary>
internal sealed class PointRun
{
    private const int Nodes = 3;
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(40);
    private readonly TaskCompletionSource<string> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PeerProcess> _processes = [];
    private readonly Lock _gate = new();
    private TimeSpan _before;
    private TimeSpan _after;

    private PointRun()
    {
    }

    /// <summary>Runs, and ends exactly what it started.</summary>
    /// <param name="system">The system's name.</param>
    /// <param name="point">Where.</param>
    /// <param name="warmUp">How long before it counts.</param>
    /// <param name="time">How long it counts.</param>
    /// <param name="data">A folder for the durable ones' files.</param>
    /// <exception cref="InvalidOperationException">It told nothing; the message has its errors.</exception>
    public static async Task<Reading> RunAsync(string system, Point point, TimeSpan warmUp, TimeSpan time, string data)
    {
        PointRun run = new();
        var folder = Directory.CreateDirectory(
            Path.Combine(point.Durable ? data : MemoryFolder(data), Path.GetRandomFileName())).FullName;
        try
        {
            run.Start(system, point, warmUp, time, folder);
            return Read(await run.WaitAsync(StartMax + warmUp + time), run._after - run._before);
        }
        finally
        {
            foreach (var process in run._processes)
            {
                process.Dispose();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static string MemoryFolder(string data) => Directory.Exists("/dev/shm") ? "/dev/shm" : data;

    private void Start(string system, Point point, TimeSpan warmUp, TimeSpan time, string folder)
    {
        var port = LoopbackPorts.Free(Nodes);
        PeerOptions[] nodes =
        [
            .. Enumerable.Range(0, Nodes).Select(id => new PeerOptions(
                id, Nodes, port, OwnFolder(folder, id), point.Durable, point.Clients, point.Size, warmUp, time)
            {
                Rate = point.Rate,
                SnapshotBytes = point.SnapshotBytes,
                StateBytes = point.StateBytes,
            }),
        ];
        foreach (var start in Systems.Find(system).Starts(nodes))
        {
            lock (_gate)
            {
                var environment = start.Environment.Concat(point.Environment).ToDictionary();
                _processes.Add(new(start with { Environment = environment }, OnLine));
            }
        }
    }

    private static string OwnFolder(string folder, int id) =>
        Directory.CreateDirectory(Path.Combine(folder, id.ToString(CultureInfo.InvariantCulture))).FullName;

    private void OnLine(PeerProcess process, string line)
    {
        switch (line)
        {
            case "BEGIN":
                _before = Processor();
                break;
            case "END":
                _after = Processor();
                break;
            case ['{', ..] when line.Contains("\"ops\"", StringComparison.Ordinal):
                _told.TrySetResult(line);
                break;
            default:
                // Other words are for people.
                break;
        }
    }

    private TimeSpan Processor()
    {
        lock (_gate)
        {
            return _processes.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.Processor);
        }
    }

    private async Task<string> WaitAsync(TimeSpan most)
    {
        using CancellationTokenSource patience = new(most);
        while (!_told.Task.IsCompleted)
        {
            if (patience.IsCancellationRequested || _processes.Exists(process => process.HasEnded))
            {
                var errors = string.Join('\n', _processes.Select(process => process.Errors));
                throw new InvalidOperationException(
                    $"no figures within {most.TotalSeconds:0} s, or a process ended before them: {errors}");
            }

            _ = await Task.WhenAny(_told.Task, Task.Delay(TimeSpan.FromMilliseconds(50)));
        }

        return await _told.Task;
    }

    private static Reading Read(string line, TimeSpan processor)
    {
        using var json = JsonDocument.Parse(line);
        var told = json.RootElement;
        var commands = told.GetProperty("ops").GetInt64();
        return new(
            commands / told.GetProperty("elapsed_s").GetDouble(),
            told.GetProperty("p50_us").GetDouble(),
            told.GetProperty("p99_us").GetDouble(),
            processor.TotalMicroseconds / Math.Max(1, commands),
            told.TryGetProperty("alloc_per_op", out var allocated) ? allocated.GetDouble() : null,
            told.GetProperty("errors").GetInt64())
        {
            FarTailMicroseconds = told.GetProperty("p999_us").GetDouble(),
            Snapshots = told.TryGetProperty("snapshots", out var snapshots) ? snapshots.GetInt64() : 0,
        };
    }
}
