using System.Buffers;
using System.Collections.Immutable;
using PaxosSM.Runtime.Groups;

namespace PaxosSM.Testing.Simulation;

/// <summary>A process' catalog of groups, which tells a witness what it lists.</summary>
internal sealed class WitnessedCatalog : IStateMachine
{
    private readonly CatalogHistory _history;
    private readonly Action<ImmutableSortedDictionary<string, GroupInfo>> _changed;
    private readonly GroupCatalog _catalog;
    private readonly string _who;
    private ImmutableSortedDictionary<string, GroupInfo> _groups = ImmutableSortedDictionary<string, GroupInfo>.Empty;

    public WitnessedCatalog(
        CatalogHistory history, string who, Action<ImmutableSortedDictionary<string, GroupInfo>> changed)
    {
        (_history, _who, _changed) = (history, who, changed);
        _catalog = new(OnChanged);
    }

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        _catalog.Apply(in context, command, result);
        _history.OnApplied(_who, in context, _groups);
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        _catalog.Query(in context, query, result);

    public ISnapshotWriter BeginSnapshot() => _catalog.BeginSnapshot();

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _catalog.RestoreAsync(snapshot, cancellationToken);

    private void OnChanged(ImmutableSortedDictionary<string, GroupInfo> groups)
    {
        _groups = groups;
        _changed(groups);
    }
}
