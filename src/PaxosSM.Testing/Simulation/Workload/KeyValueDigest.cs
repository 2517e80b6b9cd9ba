namespace PaxosSM.Testing.Simulation;

/// <summary>Folds a state into 64 bits, in order.</summary>
internal struct KeyValueDigest
{
    public ulong Value { get; private set; }

    public void Add(long number)
    {
        Value = (Value ^ (ulong)number) * 0x9E3779B97F4A7C15;
        Value ^= Value >> 29;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        foreach (var each in bytes)
        {
            Value = (Value ^ each) * 0x100000001B3;
        }

        Add(0L);
    }
}
