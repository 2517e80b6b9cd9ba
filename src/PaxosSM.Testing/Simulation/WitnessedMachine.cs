using System.Buffers;

namespace PaxosSM.Testing.Simulation;

/// <summary>A machine that tells a witness what it is given; else it is the machine inside.</summary>
internal sealed class WitnessedMachine(IStateMachine machine, Witness witness, SimulatedProcess process)
    : IDigestibleStateMachine, ITimedStateMachine, IViewObserver
{
    private readonly ArrayBufferWriter<byte> _result = new();

    public ulong Digest =>
        (machine is IDigestibleStateMachine digestible ? digestible.Digest : 0) ^ (process.Lies ? 1UL : 0);

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        _result.ResetWrittenCount();
        machine.Apply(in context, command, _result);
        witness.OnApplied(process.Node.Name, in context, command, _result.WrittenSpan);
        result.Write(_result.WrittenSpan);
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        machine.Query(in context, query, result);

    public ISnapshotWriter BeginSnapshot() => machine.BeginSnapshot();

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        machine.RestoreAsync(snapshot, cancellationToken);

    public void OnTimer(in CommandContext context, long id)
    {
        if (machine is ITimedStateMachine timed)
        {
            timed.OnTimer(in context, id);
        }
    }

    public void OnView(in CommandContext context, ClusterView view)
    {
        if (machine is IViewObserver observer)
        {
            observer.OnView(in context, view);
        }
    }
}
