using System.Buffers;

namespace PaxosSM.Testing.Simulation;

/// <summary>A machine that is given commands ahead of choice (R18), and tells a witness only what stays.</summary>
/// <remarks>On every call it checks the order of the calls: slots are shown one after another on top of what is chosen,
/// confirmed oldest first, and what is neither is taken back before anything else comes; then the state is the one that
/// it was, by its digest. What was confirmed never changes: the witness holds it against every replica and
/// life.</remarks>
internal sealed class OptimisticWitness(
    WitnessedMachine machine, IOptimisticStateMachine inner, Witness witness, SimulatedProcess process)
    : IDigestibleStateMachine, ITimedStateMachine, IViewObserver, IOptimisticStateMachine
{
    private const string Property = "R18 shown in order, then confirmed or taken back";
    private readonly Queue<Shown> _open = new();
    private readonly ArrayBufferWriter<byte> _result = new();
    private Shown? _newest;
    private Slot _chosen;

    public ulong Digest => machine.Digest;

    // Whatever the replica tells others.
    private ulong DigestNow => inner is IDigestibleStateMachine digestible ? digestible.Digest : 0;

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        if (_newest is not { } shown)
        {
            OnChosen(context.Slot);
            machine.Apply(in context, command, result);
            return;
        }

        Holds(context.Slot == shown.Slot, $"a command of {context.Slot} came while {shown.Slot} was shown");
        _result.ResetWrittenCount();
        inner.Apply(in context, command, _result);
        result.Write(_result.WrittenSpan);
        shown.Commands.Add((context, command.ToArray(), _result.WrittenSpan.ToArray()));
    }

    public void Mark(Slot slot)
    {
        var before = _newest?.Slot ?? _chosen;
        Holds(slot > before, $"{slot} was shown after {before}");
        _newest = new(slot, DigestNow);
        _open.Enqueue(_newest);
        inner.Mark(slot);
        witness.OnShown();
    }

    public void Confirm(Slot slot)
    {
        Holds(
            _open.TryDequeue(out var oldest) && oldest.Slot == slot,
            $"{slot} was confirmed, and the oldest shown is {oldest?.Slot}");
        inner.Confirm(slot);
        OnChosen(slot);
        _newest = _open.Count == 0 ? null : _newest;
        foreach (var (context, command, result) in oldest?.Commands ?? [])
        {
            witness.OnApplied(process.Node.Name, in context, new(command), result);
        }

        witness.OnConfirmed();
    }

    public void Rollback(Slot to)
    {
        inner.Rollback(to);
        if (_open.TryPeek(out var oldest))
        {
            Holds(to == oldest.Slot.Previous, $"{oldest.Slot} was taken back to {to}");
            Holds(DigestNow == oldest.Digest, $"the state is not what it was before {oldest.Slot} was shown");
            witness.OnTakenBack(_open.Count);
        }

        _open.Clear();
        _newest = null;
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        machine.Query(in context, query, result);

    public ISnapshotWriter BeginSnapshot()
    {
        Holds(_newest is null, $"a snapshot was taken while {_newest?.Slot} was shown");
        return machine.BeginSnapshot();
    }

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        Holds(_newest is null, $"a snapshot was restored while {_newest?.Slot} was shown");
        return machine.RestoreAsync(snapshot, cancellationToken);
    }

    public void OnTimer(in CommandContext context, long id)
    {
        var shown = _newest?.Slot ?? context.Slot;
        Holds(context.Slot == shown, $"a timer of {context.Slot} fired while {shown} was shown");
        machine.OnTimer(in context, id);
    }

    public void OnView(in CommandContext context, ClusterView view)
    {
        Holds(_newest is null, $"the view of {context.Slot} was told while {_newest?.Slot} was shown");
        machine.OnView(in context, view);
    }

    private void OnChosen(Slot slot)
    {
        Holds(slot >= _chosen, $"{slot} was applied after {_chosen}");
        _chosen = slot;
    }

    private void Holds(bool holds, string otherwise)
    {
        if (!holds)
        {
            process.World.Break(Property, $"{process.Node.Name}: {otherwise}");
        }
    }

    /// <summary>A slot shown ahead of choice, and the state before it.</summary>
    private sealed record Shown(Slot Slot, ulong Digest)
    {
        public List<(CommandContext Context, byte[] Command, byte[] Result)> Commands { get; } = [];
    }
}
