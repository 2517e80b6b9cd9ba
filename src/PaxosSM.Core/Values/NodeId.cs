namespace PaxosSM;

/// <summary>A member's number in its cluster: the configuration gives it once and never to another member.</summary>
/// <param name="Value">The number, from 0, in the order of the first configuration.</param>
public readonly record struct NodeId(ushort Value) : IComparable<NodeId>
{
    /// <summary>No member: a client, or nobody known.</summary>
    public static NodeId None => new(ushort.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => this == None ? "n-" : $"n{Value}";

    /// <summary>Orders as <see cref="CompareTo"/> says.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    /// <summary>Orders as <see cref="CompareTo"/> says.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;

    /// <summary>Orders as <see cref="CompareTo"/> says.</summary>
    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;

    /// <summary>Orders as <see cref="CompareTo"/> says.</summary>
    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;
}
