using System.Buffers;

namespace PaxosSM.Testing.Simulation;

/// <summary>A machine that does nothing with its commands, so that they are measured alone.</summary>
internal sealed class IdleMachine : IStateMachine, ISnapshotWriter
{
    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
    }

    public ISnapshotWriter BeginSnapshot() => this;

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Dispose()
    {
    }
}
