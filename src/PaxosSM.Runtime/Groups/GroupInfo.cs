using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime.Groups;

/// <summary>A group beside the first one that the nodes of a cluster host.</summary>
/// <param name="Id">Its number: never given out twice.</param>
/// <param name="Name">Its name; another group may have it once this one is removed.</param>
/// <param name="Kind">Which machine it replicates: what the hosts' factory goes by.</param>
/// <param name="Founders">The members that it begins with.</param>
public sealed record GroupInfo(GroupId Id, string Name, string Kind, Configuration Founders)
{
    /// <summary>The backup that it goes on from; null for a group that began with nothing.</summary>
    public GroupRestoration? Restores { get; init; }

    /// <summary>How its first epoch begins; that of a restored group is not number one.</summary>
    public EpochStart Start => Restores?.StartOf(Id, Founders) ?? EpochStart.Genesis(Founders);
}
