namespace PaxosSM.RedisKv.Machine;

/// <summary>A value that changes in place: a list, a hash or a set.</summary>
/// <remarks>A capture holds the object itself; <see cref="Keyspace"/> replaces it by a clone before it changes
/// it.</remarks>
internal abstract class CollectionValue
{
    /// <summary>What the value is; also its type in snapshots.</summary>
    public abstract ValueKind Kind { get; }

    /// <summary>How many elements it holds.</summary>
    public abstract int Count { get; }

    /// <summary>A digest of the content, kept up to date by every change.</summary>
    public abstract ulong Digest { get; }

    /// <summary>The number of captures taken before the object was made; a greater number now says that a capture
    /// holds it.</summary>
    public int Generation { get; set; }

    /// <summary>An equal value that is free to change.</summary>
    public abstract CollectionValue Clone();
}
