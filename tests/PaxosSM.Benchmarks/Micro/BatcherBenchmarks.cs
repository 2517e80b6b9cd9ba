using BenchmarkDotNet.Attributes;
using PaxosSM.Roles;

namespace PaxosSM.Benchmarks;

/// <summary>Submissions of one command each, gathered into a batch.</summary>
[MemoryDiagnoser]
public class BatcherBenchmarks
{
    private readonly Batcher _batcher = new(new());
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
