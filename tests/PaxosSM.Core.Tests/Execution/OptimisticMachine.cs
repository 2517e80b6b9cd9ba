using System.Buffers;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>A counting machine that takes back by keeping a copy of each state.</summary>
internal sealed class OptimisticMachine
    : IOptimisticStateMachine, ITimedStateMachine, IDigestibleStateMachine, IViewObserver
{
    private readonly Queue<(Slot Slot, CountingMachine Before)> _open = new();

    public CountingMachine Inner { get; private set; } = new();

    /// <summary>What was asked of it beside commands.</summary>
    public List<string> Calls { get; } = [];

    public ulong Digest => Inner.Digest;

    public void Mark(Slot slot)
    {
        Calls.Add($"mark {slot}");
        _open.Enqueue((slot, Inner.Copy()));
    }

    public void Confirm(Slot slot)
    {
        Calls.Add($"confirm {slot}");
        Assert.Equal(slot, _open.Dequeue().Slot);
    }

    public void Rollback(Slot to)
    {
        Calls.Add($"back to {to}");
        var (slot, before) = _open.Peek();
        Assert.Equal(slot.Previous, to);
        Inner = before;
        _open.Clear();
    }

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result) =>
        Inner.Apply(in context, command, result);

    public void OnTimer(in CommandContext context, long id) => Inner.OnTimer(in context, id);

    public void OnView(in CommandContext context, ClusterView view) => Inner.OnView(in context, view);

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        Inner.Query(in context, query, result);

    public ISnapshotWriter BeginSnapshot() => Inner.BeginSnapshot();

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        Inner.RestoreAsync(snapshot, cancellationToken);
}
