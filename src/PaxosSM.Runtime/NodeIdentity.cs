namespace PaxosSM.Runtime;

/// <summary>A cluster's number: a digest of its name.</summary>
/// <param name="Value">128 bits.</param>
public readonly record struct ClusterId(Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N")[..12];
}

/// <summary>Who a process is (R13); said at every connect and written into every folder.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Fork">The fork.</param>
/// <param name="Node">The member; <see cref="NodeId.None"/> for a client.</param>
/// <param name="Storage">Its disk.</param>
/// <param name="Incarnation">Its life: counted up, durably, before it says anything.</param>
/// <param name="Boot">Random bits of this very process: two live copies of one identity differ here, and nowhere
/// else.</param>
/// <param name="Epoch">The newest epoch it knows.</param>
public sealed record NodeIdentity(
    ClusterId Cluster, ForkId Fork, NodeId Node, StorageId Storage, uint Incarnation, ulong Boot, Epoch Epoch)
{
    /// <summary>The fork that the cluster began with: another one only where a quorum was lost, and an operator had the
    /// survivors go on (R33).</summary>
    public ForkId Origin
    {
        get => field == ForkId.None ? Fork : field;
        init;
    }

    /// <summary>Whose a machine's own store here is, in words: the same in every life on this disk (R27).</summary>
    public string StoreOwner => $"cluster {Cluster}, fork {Fork}, storage {Storage}";
}
