namespace PaxosSM.Election;

/// <summary>What became of a wish that another node should lead.</summary>
/// <param name="Id">The asker's number.</param>
/// <param name="Error">None when the wished one leads; else why not.</param>
/// <param name="Text">The same for people: who lags by how much, who is not heard of.</param>
/// <param name="Leader">Who leads now, as this node knows; none for nobody.</param>
public sealed record TransferAnswer(long Id, TransferError Error, string Text, NodeId Leader)
{
    /// <summary>The answer of a node that leads nobody, to nobody's number.</summary>
    public static TransferAnswer NotLeading(string why) => new(0, TransferError.NotLeader, why, NodeId.None);
}

/// <summary>Why leadership was not handed on.</summary>
public enum TransferError
{
    /// <summary>It was.</summary>
    None = 0,

    /// <summary>This node does not lead; ask the leader.</summary>
    NotLeader = 1,

    /// <summary>An election, another transfer, or the end of the epoch is under way; ask again.</summary>
    UnderWay = 2,

    /// <summary>The wished one is no proposer of this epoch.</summary>
    NoProposer = 3,

    /// <summary>The wished one is not heard of, or did not answer.</summary>
    NotHeard = 4,

    /// <summary>The wished one lacks too much: the text says how much.</summary>
    NotCaughtUp = 5,

    /// <summary>The wished one can't lead: the text says why.</summary>
    Declined = 6,

    /// <summary>The wished one stood and did not lead in time, or somebody else does: the text says who.</summary>
    Superseded = 7,
}
