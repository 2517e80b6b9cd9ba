namespace PaxosSM.RedisKv.Machine;

/// <summary>One place of a <see cref="ByteTable{TValue}"/>.</summary>
internal struct TableSlot<TValue>
{
    /// <summary>The key; null in an empty slot.</summary>
    public byte[]? Key;

    /// <summary>The key's <see cref="ByteHash.OfKey"/>.</summary>
    public ulong Hash;

    /// <summary>What belongs to the key.</summary>
    public TValue Value;
}
