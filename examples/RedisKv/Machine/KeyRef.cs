namespace PaxosSM.RedisKv.Machine;

/// <summary>A key of a command, looked up once.</summary>
internal readonly ref struct KeyRef(ReadOnlySpan<byte> name, ulong hash, int slot)
{
    /// <summary>The key's bytes, valid during the call.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>The key's hash.</summary>
    public ulong Hash { get; } = hash;

    /// <summary>Its slot in the keyspace, or -1; outdated by the first change.</summary>
    public int Slot { get; } = slot;

    /// <summary>True when the key was present.</summary>
    public bool Exists => Slot >= 0;
}
