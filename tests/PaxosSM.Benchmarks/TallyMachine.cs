using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Benchmarks;

/// <summary>Counts commands: next to no work, so that the measure is the replication's.</summary>
internal sealed class TallyMachine : IStateMachine
{
    private long _count;

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        _count++;
        Write(result);
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        Write(result);

    public ISnapshotWriter BeginSnapshot() => new Snapshot(_count);

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(long)];
        await snapshot.ReadExactlyAsync(bytes, cancellationToken);
        _count = BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    private void Write(IBufferWriter<byte> result)
    {
        BinaryPrimitives.WriteInt64LittleEndian(result.GetSpan(sizeof(long)), _count);
        result.Advance(sizeof(long));
    }

    private sealed class Snapshot(long count) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
        {
            var bytes = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, count);
            await destination.WriteAsync(bytes, cancellationToken);
        }

        public void Dispose()
        {
            // A number is all that it holds.
        }
    }
}
