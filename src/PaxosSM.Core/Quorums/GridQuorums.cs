namespace PaxosSM.Quorums;

/// <summary>Acceptors in rows and columns: a whole row decides in phase 1, a whole column in phase 2, and each row
/// meets each column.</summary>
public sealed class GridQuorums : QuorumSystem
{
    private readonly NodeSet[] _rows;
    private readonly NodeSet[] _columns;

    /// <summary>A grid, filled row by row in the order of the places.</summary>
    public GridQuorums(NodeSet acceptors, int rows, int columns)
        : base(acceptors)
    {
        _rows = new NodeSet[rows];
        _columns = new NodeSet[columns];
        var at = 0;
        for (var place = 0; place < NodeSet.MembersMax; place++)
        {
            if (acceptors.Contains(place))
            {
                _rows[at / columns] = _rows[at / columns].With(place);
                _columns[at % columns] = _columns[at % columns].With(place);
                at++;
            }
        }
    }

    /// <inheritdoc/>
    public override int FaultsTolerated => Math.Min(_rows.Length, _columns.Length) - 1;

    /// <inheritdoc/>
    public override bool IsPhase1(NodeSet nodes) => Array.Exists(_rows, row => row.Without(nodes).Count == 0);

    /// <inheritdoc/>
    public override bool IsPhase2(NodeSet nodes) => Array.Exists(_columns, column => column.Without(nodes).Count == 0);
}
