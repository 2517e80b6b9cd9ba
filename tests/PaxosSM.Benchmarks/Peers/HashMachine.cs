using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Benchmarks;

/// <summary>A running hash over the first eight bytes of each command, and how many there were: about the same work
/// for every compared system. Answers with nothing.</summary>
internal sealed class HashMachine : IStateMachine
{
    private const long Prime = 1099511628211;
    private long _count;
    private long _hash;

    /// <summary>How many commands were applied. For any thread.</summary>
    public long Count => Volatile.Read(ref _count);

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        Span<byte> first = stackalloc byte[sizeof(long)];
        command.Slice(0, sizeof(long)).CopyTo(first);
        _hash = (_hash * Prime) ^ BinaryPrimitives.ReadInt64LittleEndian(first);
        Volatile.Write(ref _count, _count + 1);
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        BinaryPrimitives.WriteInt64LittleEndian(result.GetSpan(sizeof(long)), _hash);
        result.Advance(sizeof(long));
    }

    public ISnapshotWriter BeginSnapshot() => new Snapshot(_count, _hash);

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var bytes = new byte[2 * sizeof(long)];
        await snapshot.ReadExactlyAsync(bytes, cancellationToken);
        _count = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        _hash = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(sizeof(long)));
    }

    private sealed class Snapshot(long count, long hash) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
        {
            var bytes = new byte[2 * sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, count);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(sizeof(long)), hash);
            await destination.WriteAsync(bytes, cancellationToken);
        }

        public void Dispose()
        {
            // Two numbers are all that it holds.
        }
    }
}
