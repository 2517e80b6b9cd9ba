namespace PaxosSM;

/// <summary>A ballot number: ordered by round, then proposer, then the proposer's life, so that no two lives of a
/// proposer share one.</summary>
/// <remarks>Lamport, <i>Paxos Made Simple</i> §2.2 calls it a proposal number. One order per epoch.</remarks>
/// <param name="Round">The attempt, from 1.</param>
/// <param name="Proposer">Who may propose in it.</param>
/// <param name="Incarnation">The life of that proposer; durable before its first use.</param>
public readonly record struct Ballot(long Round, NodeId Proposer, uint Incarnation) : IComparable<Ballot>
{
    /// <summary>Below every ballot that a proposer may use.</summary>
    public static Ballot None => default;

    /// <summary>The higher of two ballots.</summary>
    public static Ballot Max(Ballot left, Ballot right) => left > right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(Ballot other)
    {
        if (Round != other.Round)
        {
            return Round.CompareTo(other.Round);
        }

        var proposers = Proposer.CompareTo(other.Proposer);
        return proposers != 0 ? proposers : Incarnation.CompareTo(other.Incarnation);
    }

    /// <inheritdoc/>
    public override string ToString() => this == None ? "b-" : $"b{Round}.{Proposer.Value}.{Incarnation}";

    /// <summary>Orders as <see cref="CompareTo"/> says.</summary>
    public static bool operator <(Ballot left, Ballot right) => left.CompareTo(right) < 0;

    /// <summary>Orders as <see cref="CompareTo"/> says.</summary>
    public static bool operator >(Ballot left, Ballot right) => left.CompareTo(right) > 0;

    /// <summary>Orders as <see cref="CompareTo"/> says.</summary>
    public static bool operator <=(Ballot left, Ballot right) => left.CompareTo(right) <= 0;

    /// <summary>Orders as <see cref="CompareTo"/> says.</summary>
    public static bool operator >=(Ballot left, Ballot right) => left.CompareTo(right) >= 0;
}
