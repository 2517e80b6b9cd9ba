using System.Buffers;
using PaxosSM.Storage.Simulated;

namespace PaxosSM.Testing.Simulation;

/// <summary>A machine that keeps its state in its node's own store (R27); its process may die right before and right
/// after each commit.</summary>
internal sealed class SimulatedStoredMachine(WitnessedMachine machine, Witness witness, SimulatedProcess process)
    : IStoredStateMachine, IDigestibleStateMachine, ITimedStateMachine, IViewObserver
{
    private readonly SimulatedStore _store = process.Node.Store;

    // Through where the state holds everything; null after a snapshot, which does not say.
    private Slot? _through = Slot.Zero;

    public bool CanRestore => !process.Node.RefusesSnapshots;

    public ulong Digest => machine.Digest;

    public IReadOnlyList<StoreRecord> ReadRecords()
    {
        if (_store.State is { } state)
        {
            // From memory, so it is done at once.
            machine.RestoreAsync(new MemoryStream(state), CancellationToken.None).AsTask().GetAwaiter().GetResult();
            _through = _store.Through;
        }

        return _store.Records;
    }

    public void Commit(in StoreUnit unit)
    {
        using MemoryStream state = new();
        using (var captured = machine.BeginSnapshot())
        {
            captured.WriteAsync(state, CancellationToken.None).AsTask().GetAwaiter().GetResult(); // as above
        }

        Step();
        _store.Commit(in unit, state.ToArray(), _through);
        Step();
    }

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        if (_through is { } through)
        {
            witness.CheckFollows(process.Node.Name, through, context.Slot);
        }

        _through = context.Slot;
        machine.Apply(in context, command, result);
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        machine.Query(in context, query, result);

    public ISnapshotWriter BeginSnapshot() => machine.BeginSnapshot();

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        _through = null;
        return machine.RestoreAsync(snapshot, cancellationToken);
    }

    public void OnTimer(in CommandContext context, long id) => machine.OnTimer(in context, id);

    public void OnView(in CommandContext context, ClusterView view) => machine.OnView(in context, view);

    private void Step()
    {
        if (!process.CountEffect())
        {
            throw new SimulatedCrashException("The simulated process died at a commit of its machine's own store.");
        }
    }
}
