using PaxosSM.Log;
using PaxosSM.Storage.Simulated;

namespace PaxosSM.Storage.Tests;

/// <summary>A log over a disk in memory, pumped by hand, and what it acknowledged.</summary>
internal sealed class LogRig
{
    public const string Directory = "/data/log";

    private readonly IFileLayer _files;

    public LogRig(
        InMemoryFileLayer? disk = null,
        LogOptions? options = null,
        Func<InMemoryFileLayer, IFileLayer>? through = null)
    {
        Disk = disk ?? new();
        _files = through?.Invoke(Disk) ?? Disk;
        Options = options ?? new LogOptions
        {
            SegmentBytes = 16 * 1024,
            FirstSegmentBytes = 16 * 1024,
            BlockBytes = 4096,
            LogId = 0x1122334455667788,
        };
        Log = WriteAheadLog.Open(_files, Directory, Options, Time);
    }

    public InMemoryFileLayer Disk { get; }

    public LogOptions Options { get; }

    public ManualTime Time { get; } = new();

    public WriteAheadLog Log { get; private set; }

    public List<string> Appended { get; } = [];

    public List<string> Acknowledged { get; } = [];

    public void Append(GroupId group, params DurableWrite[] writes)
    {
        var texts = writes.Select(Samples.Text).Select(text => $"{group} {text}").ToArray();
        Appended.AddRange(texts);
        Log.Append(group, writes, () => Acknowledged.AddRange(texts));
    }

    public void Write(GroupId group, params DurableWrite[] writes)
    {
        Append(group, writes);
        Run();
    }

    public void Run()
    {
        while (Log.RunOnce())
        {
        }
    }

    public void Reopen()
    {
        Log = WriteAheadLog.Open(_files, Directory, Options with { MustExist = true }, Time);
    }

    public List<string> Recovered(GroupId group) =>
        [.. Log.TakeRecovered(group).Select(record => $"{group} {Samples.Text(record)}")];

    /// <summary>The segments that have a name of the log's, by what their headers say.</summary>
    public List<SegmentHeader> Segments()
    {
        List<SegmentHeader> headers = [];
        foreach (var path in Disk.Paths.Where(path => Segment.NumberOf(Path.GetFileName(path)) > 0))
        {
            Assert.True(BlockFormat.TryReadSegmentHeader(Disk.ReadAll(path), out var header));
            headers.Add(header);
        }

        return headers;
    }

    public static string SegmentPath(long number) => $"{Directory}/{Segment.NameOf(number)}";
}

/// <summary>A clock that stands until moved.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan span) => _ticks += span.Ticks;
}
