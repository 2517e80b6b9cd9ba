using System.Buffers;
using System.Collections.Concurrent;

namespace PaxosSM.Hosting.Tests;

/// <summary>Adds up the numbers that it is sent, ahead of choice (R18), and tells what it confirmed and took
/// back.</summary>
/// <param name="seen">Takes what all replicas' machines confirmed and took back.</param>
internal sealed class OptimisticSumMachine(OptimisticSums seen) : IOptimisticStateMachine
{
    private readonly UndoJournal _journal = new();
    private SumMachine _sum = new();

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        var before = _sum;
        _journal.Note(() => _sum = before);
        _sum = new() { Sum = _sum.Sum };
        _sum.Apply(in context, command, result);
        if (_journal.IsOpen)
        {
            seen.OnShown(this, context.Slot, context.Index, _sum.Sum);
        }
        else
        {
            seen.OnChosen(context.Slot, context.Index, _sum.Sum);
        }
    }

    public void Mark(Slot slot) => _journal.Mark(slot);

    public void Confirm(Slot slot)
    {
        _journal.Confirm(slot);
        seen.OnConfirmed(this, slot);
    }

    public void Rollback(Slot to)
    {
        _journal.Rollback();
        seen.OnTakenBack(this, to);
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        _sum.Query(in context, query, result);

    public ISnapshotWriter BeginSnapshot() => _sum.BeginSnapshot();

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _sum.RestoreAsync(snapshot, cancellationToken);
}

/// <summary>What machines of one cluster showed ahead of choice, confirmed, and took back: command by command, for a
/// slot holds as many as came together.</summary>
internal sealed class OptimisticSums
{
    private readonly ConcurrentDictionary<(object Machine, Slot Slot, int Index), long> _shown = new();
    private readonly ConcurrentDictionary<(Slot Slot, int Index), long> _chosen = new();
    private long _confirmed;

    /// <summary>How many commands were shown and then confirmed, on all replicas.</summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    /// <summary>How many commands are shown, and neither confirmed nor taken back.</summary>
    public int Open => _shown.Count;

    public void OnShown(object machine, Slot slot, int index, long total) => _shown[(machine, slot, index)] = total;

    public void OnConfirmed(object machine, Slot slot)
    {
        foreach (var (shown, total) in _shown)
        {
            if (shown.Machine == machine && shown.Slot == slot && _shown.TryRemove(shown, out _))
            {
                Interlocked.Increment(ref _confirmed);
                OnChosen(slot, shown.Index, total);
            }
        }
    }

    public void OnTakenBack(object machine, Slot to)
    {
        foreach (var (shown, _) in _shown)
        {
            if (shown.Machine == machine && shown.Slot > to)
            {
                _shown.TryRemove(shown, out _);
            }
        }
    }

    /// <summary>What is chosen is the same at every replica, and never changes.</summary>
    public void OnChosen(Slot slot, int index, long total) =>
        Assert.Equal(total, _chosen.GetOrAdd((slot, index), total));
}
