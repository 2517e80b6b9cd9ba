using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Hosting;

/// <summary>What the cluster of a warm-up replicates: it counts.</summary>
internal sealed class PracticeMachine : IStateMachine
{
    private long _count;

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result) =>
        Write(result, ++_count);

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        Write(result, _count);

    public ISnapshotWriter BeginSnapshot() => new Snapshot(_count);

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var count = new byte[sizeof(long)];
        await snapshot.ReadExactlyAsync(count, cancellationToken).ConfigureAwait(false);
        _count = BinaryPrimitives.ReadInt64LittleEndian(count);
    }

    private static void Write(IBufferWriter<byte> result, long count)
    {
        BinaryPrimitives.WriteInt64LittleEndian(result.GetSpan(sizeof(long)), count);
        result.Advance(sizeof(long));
    }

    private sealed class Snapshot(long count) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
        {
            var bytes = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, count);
            await destination.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        public void Dispose()
        {
            // A number is nobody's to give back.
        }
    }
}
