namespace PaxosSM.RedisKv.Machine;

/// <summary>What the keyspace keeps for a key.</summary>
internal struct Item
{
    /// <summary>The due time of a key that does not expire.</summary>
    public const long Never = long.MaxValue;

    /// <summary>A <c>byte[]</c> that never changes, or a <see cref="CollectionValue"/>.</summary>
    public object Value;

    /// <summary>The log's time in microseconds from which on the key is absent.</summary>
    public long Due;

    /// <summary>This entry's part of the keyspace's digest.</summary>
    public ulong Digest;
}
