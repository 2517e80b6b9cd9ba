namespace PaxosSM.Quorums;

/// <summary>How quorums are made of an epoch's acceptors.</summary>
public enum QuorumKind : byte
{
    /// <summary>More than half, for both phases.</summary>
    Majority = 0,

    /// <summary>So many for phase 1, so many for phase 2 (flexible Paxos).</summary>
    Flexible = 1,

    /// <summary>Acceptors in rows and columns: a row is a phase-1 quorum, a column a phase-2 quorum.</summary>
    Grid = 2,
}

/// <summary>An epoch's quorum rule: which sets of acceptors decide.</summary>
/// <remarks>Howard, Malkhi and Spiegelman, <i>Flexible Paxos</i>, OPODIS 2016: all that is needed is that every phase-1
/// quorum meets every phase-2 quorum.</remarks>
/// <param name="Kind">The kind.</param>
/// <param name="First">Flexible: the size of a phase-1 quorum; grid: the number of rows; else zero.</param>
/// <param name="Second">Flexible: the size of a phase-2 quorum; grid: the number of columns; else zero.</param>
public readonly record struct QuorumRule(QuorumKind Kind, int First, int Second)
{
    /// <summary>More than half, for both phases.</summary>
    public static QuorumRule Majority => default;

    /// <summary>So many acceptors for each phase; together more than there are.</summary>
    public static QuorumRule Flexible(int phase1, int phase2) => new(QuorumKind.Flexible, phase1, phase2);

    /// <summary>Rows times columns acceptors, in the configuration's order, row by row.</summary>
    public static QuorumRule Grid(int rows, int columns) => new(QuorumKind.Grid, rows, columns);

    /// <summary>What is wrong with the rule for so many acceptors; null for nothing.</summary>
    public string? ProblemFor(int acceptors) => Kind switch
    {
        _ when acceptors == 0 => "there is no acceptor",
        QuorumKind.Majority => null,
        QuorumKind.Flexible when First < 1 || Second < 1 || First > acceptors || Second > acceptors =>
            $"quorums of {First} and {Second} can't be had of {acceptors} acceptors",
        QuorumKind.Flexible when First + Second <= acceptors =>
            $"quorums of {First} and {Second} of {acceptors} acceptors need not meet: together they must be more",
        QuorumKind.Flexible => null,
        QuorumKind.Grid when First < 1 || Second < 1 || First > acceptors || First * Second != acceptors =>
            $"{acceptors} acceptors don't fill {First} rows of {Second}",
        QuorumKind.Grid => null,
        _ => $"{(int)Kind} is no kind of quorum",
    };

    /// <summary>The quorums of these acceptors.</summary>
    /// <param name="acceptors">The acceptors, by their places in the configuration.</param>
    public QuorumSystem Of(NodeSet acceptors)
    {
        Invariant.Holds(acceptors.Count == 0 || ProblemFor(acceptors.Count) is null);
        return Kind switch
        {
            QuorumKind.Flexible => new FlexibleQuorums(acceptors, First, Second),
            QuorumKind.Grid => new GridQuorums(acceptors, First, Second),
            _ => new MajorityQuorums(acceptors),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        QuorumKind.Flexible => $"flexible {First}/{Second}",
        QuorumKind.Grid => $"grid {First}x{Second}",
        _ => "majority",
    };
}
