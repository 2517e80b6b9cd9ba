using BenchmarkDotNet.Attributes;
using PaxosSM.Roles;
using PaxosSM.Runtime;

namespace PaxosSM.Benchmarks;

/// <summary>Submissions of one command each, gathered into a batch.</summary>
[MemoryDiagnoser]
public class BatcherBenchmarks
{
    private readonly Batcher _batcher = new(
        new(GroupId.Default, new(0), 1, Samples.Members(3), new(), 1) { Lend = PayloadPool.Current.Lend });
    private readonly byte[] _entry = Samples.Entries(1);

    [Params(1, 64, 1024)]
    public int Submissions { get; set; }

    [Benchmark]
    public int GatherAndTake()
    {
        for (var count = 0; count < Submissions; count++)
        {
            _ = _batcher.TryAdd(_entry);
        }

        return _batcher.Take().Length;
    }
}
