namespace PaxosSM;

/// <summary>Why a command or query was not done, or not answered.</summary>
public enum PaxosError : byte
{
    /// <summary>Not an error.</summary>
    None = 0,

    /// <summary>The deadline passed; a command may still be applied later. The message says what was waited
    /// for.</summary>
    Timeout = 1,

    /// <summary>A bounded queue is full; nothing was done. Send again later.</summary>
    Busy = 2,

    /// <summary>The session is not known any more. A command of it that was not answered was applied before it ended,
    /// or never will be.</summary>
    SessionExpired = 3,

    /// <summary>The command's number leaves a gap in its ordered session; resend from the number named.</summary>
    SessionGap = 4,

    /// <summary>The command's number lies before the window whose results are kept; its outcome was acknowledged or
    /// given up.</summary>
    SessionStale = 5,

    /// <summary>This node does not lead; the message names the leader if it is known.</summary>
    NotLeader = 6,

    /// <summary>This replica's state is older than the query allows.</summary>
    TooOld = 7,

    /// <summary>This node is stopping, or has halted; the message says why.</summary>
    Stopped = 8,

    /// <summary>The request itself is wrong: too large, malformed, or from another cluster.</summary>
    BadRequest = 9,

    /// <summary>Contact with the cluster was lost with the outcome open.</summary>
    Unknown = 10,

    /// <summary>The command was applied, or the query answered, but the result is larger than the node sends. Doing it
    /// again would not help.</summary>
    ResultTooLarge = 11,

    /// <summary>An administrator has wedged the group: it answers queries and takes no commands until it is unwedged.
    /// Nothing was done, and nothing will be.</summary>
    Wedged = 12,
}

/// <summary>A command or query failed; <see cref="Error"/> says how and the message says why and what to do.</summary>
public sealed class PaxosException : Exception
{
    /// <summary>An error of unknown kind.</summary>
    public PaxosException()
        : this(PaxosError.Unknown, "unknown")
    {
    }

    /// <summary>An error of unknown kind.</summary>
    public PaxosException(string message)
        : this(PaxosError.Unknown, message)
    {
    }

    /// <summary>An error of unknown kind.</summary>
    public PaxosException(string message, Exception innerException)
        : base(message, innerException) => Error = PaxosError.Unknown;

    /// <summary>An error of a known kind.</summary>
    public PaxosException(PaxosError error, string message)
        : base(message) => Error = error;

    /// <summary>The kind of failure.</summary>
    public PaxosError Error { get; }

    /// <summary>True when the command may have been, or may yet be, applied.</summary>
    public bool OutcomeUnknown => Error is
        PaxosError.Timeout or PaxosError.Unknown or PaxosError.Stopped or PaxosError.SessionExpired;
}
