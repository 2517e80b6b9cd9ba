using System.Numerics;

namespace PaxosSM.Quorums;

/// <summary>A set of a configuration's members, by their place in its order; at most 64.</summary>
/// <param name="Bits">A bit for each member.</param>
public readonly record struct NodeSet(ulong Bits)
{
    /// <summary>How many members a configuration may have.</summary>
    public const int MembersMax = 64;

    /// <summary>Nobody.</summary>
    public static NodeSet Empty => default;

    /// <summary>How many.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>Whether the member at that place is in the set.</summary>
    public bool Contains(int place) => (Bits & (1UL << place)) != 0;

    /// <summary>This set and the member at that place.</summary>
    public NodeSet With(int place) => new(Bits | (1UL << place));

    /// <summary>What is in this set and not in the other.</summary>
    public NodeSet Without(NodeSet other) => new(Bits & ~other.Bits);

    /// <summary>What is in both.</summary>
    public NodeSet Intersect(NodeSet other) => new(Bits & other.Bits);
}
