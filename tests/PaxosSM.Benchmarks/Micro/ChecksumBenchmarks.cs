using BenchmarkDotNet.Attributes;

namespace PaxosSM.Benchmarks;

/// <summary>CRC-32C over a command, a batch and a large batch.</summary>
[MemoryDiagnoser]
public class ChecksumBenchmarks
{
    private byte[] _bytes = [];

    [Params(64, 4 << 10, 64 << 10)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _bytes = new byte[Bytes];
        new Random(1).NextBytes(_bytes);
    }

    [Benchmark]
    public uint Checksum() => Crc32C.Of(_bytes);
}
