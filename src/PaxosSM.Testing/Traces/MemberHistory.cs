namespace PaxosSM.Testing.Traces;

/// <summary>What one node told in one epoch.</summary>
/// <param name="place">Its place in the epoch's configuration; -1 for no member.</param>
/// <param name="node">What it told whatever the epoch.</param>
internal sealed class MemberHistory(int place, NodeHistory node)
{
    /// <summary>Its place in the configuration; -1 for no member.</summary>
    public int Place { get; } = place;

    /// <summary>What it told whatever the epoch.</summary>
    public NodeHistory Node { get; } = node;

    /// <summary>Whether it told that it begins the epoch, in some life.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Its acceptor, over all lives.</summary>
    public AcceptorHistory Acceptor { get; } = new();

    /// <summary>The highest ballot that it stood with, over all lives.</summary>
    public Ballot Stood { get; set; }
}
