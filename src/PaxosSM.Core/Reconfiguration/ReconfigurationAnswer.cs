namespace PaxosSM.Reconfiguration;

/// <summary>What becomes of a wish to end the epoch, as far as it is known at once.</summary>
/// <param name="Id">The asker's number.</param>
/// <param name="Error">None when the stop is proposed; else nothing was done.</param>
/// <param name="Text">Why not, for people.</param>
/// <param name="Digest">The proposed stop's checksum: the epoch that begins with it is the one that was asked
/// for.</param>
public sealed record ReconfigurationAnswer(long Id, ReconfigurationError Error, string Text, uint Digest);

/// <summary>Why a change of members was refused.</summary>
public enum ReconfigurationError
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>This node does not lead; ask the leader.</summary>
    NotLeader = 1,

    /// <summary>The epoch that was to end is not the present one.</summary>
    EpochSuperseded = 2,

    /// <summary>Another change is under way.</summary>
    UnderWay = 3,

    /// <summary>The next members can't work: the text says why.</summary>
    Invalid = 4,

    /// <summary>Too few of the next members hold what was chosen so far (R15): the text says who lags by how
    /// much.</summary>
    NotCaughtUp = 5,

    /// <summary>Too few of the next acceptors are heard of: nothing could be chosen any more.</summary>
    WouldLoseQuorum = 6,
}
