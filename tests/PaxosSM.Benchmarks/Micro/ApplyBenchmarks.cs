using BenchmarkDotNet.Attributes;
using PaxosSM.Execution;

namespace PaxosSM.Benchmarks;

/// <summary>A batch at the executor: sessions, a machine that does next to nothing, results, hash chain.</summary>
[MemoryDiagnoser]
public class ApplyBenchmarks
{
    private byte[] _entries = [];
    private Value _value = Value.Pass;
    private Executor? _executor;
    private long _next = 1;

    [Params(1, 64, 1024)]
    public int Commands { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _entries = Samples.Entries(Commands);
        _value = new(ValueKind.Commands, new(1), _entries);
        _executor = new(GroupId.Default, Samples.Members(3), new HashMachine(), new Sink());
        var opening = new byte[CommandEntry.HeaderSize + SessionRequest.Size];
        CommandEntry.WriteHeader(opening, EntryKind.OpenSession, SessionId.None, 0, 0, SessionRequest.Size);
        new SessionRequest(new(1, 0, 0, new byte[8]), SessionMode.Ordered, 4096, TimeSpan.FromMinutes(1))
            .Write(opening.AsSpan(CommandEntry.HeaderSize));
        _executor.Apply(new(1), new(ValueKind.Commands, new(1), opening));
    }

    /// <summary>The commands' numbers are written anew each time, in place.</summary>
    [Benchmark]
    public Slot Apply()
    {
        var executor = _executor!; // made by the set-up
        Samples.Number(_entries, Commands, _next);
        _next += Commands;
        executor.Apply(executor.Applied.Next, _value);
        return executor.Applied;
    }

    private sealed class Sink : IResultSink
    {
        private long _told;

        public void OnResult(
            SessionId session, long sequence, PaxosError error, long detail, Slot slot, ReadOnlySpan<byte> result) =>
            _told += error == PaxosError.None ? 1 : throw new InvalidOperationException($"{error} for #{sequence}");

        public void OnRoundEnd()
        {
            // Nobody waits for them.
        }
    }
}
