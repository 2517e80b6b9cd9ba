namespace PaxosSM.Runtime.Wire;

/// <summary>Decides whom a node talks to. One for all transports of a host. Safe for use by many threads; never
/// blocks.</summary>
public interface IPeerPolicy
{
    /// <summary>A member presented itself, on a connection that either side made.</summary>
    PeerVerdict Check(NodeIdentity remote);

    /// <summary>A client presented itself.</summary>
    PeerVerdict CheckClient(NodeIdentity remote);
}

/// <summary>What was decided.</summary>
/// <param name="Accepted">Whether the connection is wanted.</param>
/// <param name="Reason">Why not.</param>
/// <param name="Text">Why not, for people.</param>
public readonly record struct PeerVerdict(bool Accepted, RefusalReason Reason, string Text)
{
    /// <summary>The connection is wanted.</summary>
    public static PeerVerdict Accept => new(true, RefusalReason.Other, "");

    /// <summary>The connection is not wanted.</summary>
    public static PeerVerdict Refuse(RefusalReason reason, string text) => new(false, reason, text);
}

/// <summary>A member presented itself and was accepted.</summary>
/// <param name="Identity">Who it says it is.</param>
/// <param name="Listed">The storage that the configuration binds the member to; none before genesis.</param>
public sealed record PeerFacts(NodeIdentity Identity, StorageId Listed)
{
    /// <summary>It comes with another disk than the listed one: it may learn, and its votes are none (R13).</summary>
    public bool IsStranger => Listed != StorageId.None && Listed != Identity.Storage;
}

/// <summary>Two processes live with one identity (R13): a copied folder, most likely. Somebody has to stop
/// one.</summary>
/// <param name="Known">The one that came first.</param>
/// <param name="Other">The one refused.</param>
public sealed record TwoCopies(NodeIdentity Known, NodeIdentity Other);
