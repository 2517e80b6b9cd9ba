namespace PaxosSM.Election;

/// <summary>Why a proposer can't take leadership over. The numbers are the wire format.</summary>
public enum TransferObstacle : byte
{
    /// <summary>It can.</summary>
    None = 0,

    /// <summary>It is no proposer of the epoch, or its storage was replaced (R13).</summary>
    NoProposer = 1,

    /// <summary>It is drained.</summary>
    Drained = 2,

    /// <summary>It hears no phase-1 or no phase-2 quorum, or its disk is stuck (R22, R23).</summary>
    NoQuorum = 3,

    /// <summary>It follows another ballot than the one that offers.</summary>
    FollowsAnother = 4,
}
