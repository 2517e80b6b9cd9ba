using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace PaxosSM.Benchmarks;

/// <summary>Processes of this program that form one cluster, and the figures that any of them tells.</summary>
internal sealed class ProcessSet : IDisposable
{
    private static readonly TimeSpan TellMax = TimeSpan.FromSeconds(60);
    private readonly Channel<MeasuredPoint> _points = Channel.CreateUnbounded<MeasuredPoint>();
    private readonly Lock _gate = new();
    private readonly List<PeerProcess> _processes = [];
    private readonly Dictionary<int, IReadOnlyList<TimeSpan>> _before = [];
    private readonly Dictionary<int, IReadOnlyList<TimeSpan>> _spent = [];
    private readonly string _folder;

    /// <summary>Starts them.</summary>
    /// <param name="count">How many.</param>
    /// <param name="data">A folder on the disk that is meant.</param>
    /// <param name="words">The command line of a process, by its number; identity, ports and folder are added.</param>
    public ProcessSet(int count, string data, Func<int, IEnumerable<string>> words)
    {
        _folder = Directory.CreateDirectory(Path.Combine(data, Path.GetRandomFileName())).FullName;
        var port = LoopbackPorts.Free(count);
        for (var number = 0; number < count; number++)
        {
            var id = number;
            var own = Directory.CreateDirectory(Path.Combine(_folder, Text(id))).FullName;
            string[] given =
            [
                .. words(id), "--id", Text(id), "--nodes", Text(count), "--base-port", Text(port), "--dir", own,
            ];
            lock (_gate)
            {
                var start = PeerStart.OfThisProgram(given, new Dictionary<string, string>());
                _processes.Add(new(start, (_, line) => OnLine(id, line)));
            }
        }
    }

    /// <summary>Waits for the next figures.</summary>
    /// <exception cref="InvalidOperationException">None came; the message has what the processes wrote.</exception>
    public async Task<MeasuredPoint> NextAsync(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TellMax);
        try
        {
            return await _points.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var errors = string.Join('\n', _processes.Select(process => process.Errors));
            throw new InvalidOperationException($"no figures within {TellMax.TotalSeconds:0} s: {errors}");
        }
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void OnLine(int id, string line)
    {
        lock (_gate)
        {
            switch (line)
            {
                case "BEGIN":
                    _before[id] = Processor();
                    break;
                case "END" when _before.TryGetValue(id, out var before):
                    _spent[id] = [.. Processor().Zip(before, (after, earlier) => after - earlier)];
                    break;
                case ['{', ..] when line.Contains("\"ops\"", StringComparison.Ordinal):
                    _points.Writer.TryWrite(Read(id, line, _spent[id]));
                    break;
                default:
                    // Other words are for people.
                    break;
            }
        }
    }

    private IReadOnlyList<TimeSpan> Processor() => [.. _processes.Select(process => process.Processor)];

    private static MeasuredPoint Read(int id, string line, IReadOnlyList<TimeSpan> spent)
    {
        using var json = JsonDocument.Parse(line);
        var told = json.RootElement;
        return new(
            id,
            told.GetProperty("ops").GetInt64(),
            told.GetProperty("elapsed_s").GetDouble(),
            told.GetProperty("p50_us").GetDouble(),
            told.GetProperty("p99_us").GetDouble(),
            told.GetProperty("errors").GetInt64(),
            spent);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
