using System.Buffers;

namespace PaxosSM.Hosting.Tests;

/// <summary>A machine that keeps nothing, and has a large snapshot all the same.</summary>
internal sealed class LargeMachine(int snapshotBytes) : IStateMachine
{
    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
    }

    public ISnapshotWriter BeginSnapshot() => new Snapshot(snapshotBytes);

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        await snapshot.CopyToAsync(Stream.Null, cancellationToken);

    private sealed class Snapshot(int bytes) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
        {
            var content = new byte[bytes];
            new Random(1).NextBytes(content);
            await destination.WriteAsync(content, cancellationToken);
        }

        public void Dispose()
        {
        }
    }
}
