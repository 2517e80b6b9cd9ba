using BenchmarkDotNet.Attributes;
using PaxosSM.Log;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;
using PaxosSM.Storage;

namespace PaxosSM.Benchmarks;

/// <summary>A vote of 64 commands, appended and flushed: by the log itself, and over to the log's thread and
/// back.</summary>
[MemoryDiagnoser]
public class LogBenchmarks : IAsyncDisposable
{
    private const string MemoryFolder = "/dev/shm";

    // So often what came before is let go, or the log would grow for ever.
    private const int TrimEvery = 1024;
    private readonly Value _value = Samples.Batch(64);
    private readonly WakeSignal _durable = new();
    private string _folder = string.Empty;
    private WriteAheadLog? _pumped;
    private LogThread? _driven;
    private Slot _slot;
    private bool _isDurable;

    /// <summary>Where it lies: on a file system in memory, or on the disk with the folder for temporary
    /// files.</summary>
    [ParamsSource(nameof(Media))]
    public string Medium { get; set; } = string.Empty;

    public static IEnumerable<string> Media => Directory.Exists(MemoryFolder) ? ["memory", "disk"] : ["disk"];

    [GlobalSetup(Target = nameof(AppendAndFlush))]
    public void Open()
    {
        var parent = Medium == "memory" ? MemoryFolder : Path.GetTempPath();
        _folder = Directory.CreateDirectory(Path.Combine(parent, Path.GetRandomFileName())).FullName;
        _pumped = WriteAheadLog.Open(DiskFileLayer.Instance, _folder, new());
    }

    [GlobalSetup(Target = nameof(AppendByThread))]
    public void OpenThread()
    {
        Open();
        _driven = new(_pumped!); // just opened
    }

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        await (_driven?.DisposeAsync() ?? _pumped!.DisposeAsync()); // the set-up opened one or both
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public bool AppendAndFlush()
    {
        _isDurable = false;
        var log = _pumped!; // the set-up opened it
        Append(log, () => _isDurable = true);
        while (!_isDurable)
        {
            _ = log.RunOnce() || log.PrepareOnce();
        }

        return _isDurable;
    }

    [Benchmark]
    public void AppendByThread()
    {
        _durable.Take();
        Append(_driven!, _durable.Set); // the set-up made it
        _durable.Wait(Timeout.InfiniteTimeSpan);
    }

    private void Append(IDurableLog log, Action durable)
    {
        _slot = _slot.Next;
        VoteWrite vote = new(Samples.Ballot, new(0), _slot, _value, _slot.Previous, _slot.Previous);
        DurableWrite[] writes = _slot.Index % TrimEvery == 0
            ? [vote, new CheckpointWrite(Samples.Ballot, Samples.Ballot, Slot.Zero, null, _slot, _slot)]
            : [vote];
        log.Append(GroupId.Default, writes, durable);
    }
}
