namespace PaxosSM.Runtime.Wire;

/// <summary>As what a connection was made.</summary>
public enum ConnectionRole : byte
{
    /// <summary>A member's, to send its messages on.</summary>
    Member = 1,

    /// <summary>A client's.</summary>
    Client = 2,
}

/// <summary>Why a connection was refused. The numbers are the wire format.</summary>
public enum RefusalReason : byte
{
    /// <summary>Not one of those below.</summary>
    Other = 0,

    /// <summary>What was said is not the format.</summary>
    Malformed = 1,

    /// <summary>No protocol version in common.</summary>
    Version = 2,

    /// <summary>Another cluster.</summary>
    Cluster = 3,

    /// <summary>Another fork of the cluster (R33).</summary>
    Fork = 4,

    /// <summary>No member, or not the one that should be there.</summary>
    Node = 5,

    /// <summary>An earlier life of a member (R13).</summary>
    Incarnation = 6,

    /// <summary>A second live copy of a member (R13).</summary>
    TwoCopies = 7,

    /// <summary>Too many connections.</summary>
    Busy = 8,
}

/// <summary>The first thing that each side of a connection says.</summary>
/// <param name="VersionMin">The oldest protocol version that it speaks.</param>
/// <param name="VersionMax">The newest.</param>
/// <param name="Role">As what it connects.</param>
/// <param name="Identity">Who it is.</param>
public sealed record Hello(byte VersionMin, byte VersionMax, ConnectionRole Role, NodeIdentity Identity)
{
    /// <summary>A greeting with the versions spoken here.</summary>
    public static Hello From(NodeIdentity identity, ConnectionRole role) =>
        new(FrameHeader.VersionMin, FrameHeader.VersionMax, role, identity);
}

/// <summary>Said instead of a <see cref="Hello"/>, or after one, before the connection is closed.</summary>
/// <param name="Reason">Why.</param>
/// <param name="VersionMin">The oldest protocol version that the refusing side speaks.</param>
/// <param name="VersionMax">The newest.</param>
/// <param name="Text">Why, for people.</param>
public sealed record Refusal(RefusalReason Reason, byte VersionMin, byte VersionMax, string Text)
{
    /// <summary>A refusal with the versions spoken here.</summary>
    public static Refusal Of(RefusalReason reason, string text) =>
        new(reason, FrameHeader.VersionMin, FrameHeader.VersionMax, text);
}

/// <summary>The connection was refused, by this side or the other.</summary>
public sealed class ConnectionRefusedException : Exception
{
    /// <summary>No reason given.</summary>
    public ConnectionRefusedException()
        : this("refused")
    {
    }

    /// <summary>A reason in words.</summary>
    public ConnectionRefusedException(string message)
        : this(message, null)
    {
    }

    /// <summary>A reason in words.</summary>
    public ConnectionRefusedException(string message, Exception? innerException)
        : base(message, innerException) => Refusal = Refusal.Of(RefusalReason.Other, message);

    /// <summary>A refusal.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="byPeer">Whether the other side refused.</param>
    public ConnectionRefusedException(Refusal refusal, bool byPeer)
        : base($"{(byPeer ? "refused by the other side" : "refused")} ({refusal.Reason}): {refusal.Text}")
    {
        Refusal = refusal;
        ByPeer = byPeer;
    }

    /// <summary>Why.</summary>
    public Refusal Refusal { get; }

    /// <summary>Whether the other side refused.</summary>
    public bool ByPeer { get; }
}
