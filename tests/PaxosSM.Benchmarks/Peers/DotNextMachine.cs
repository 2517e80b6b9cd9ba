using System.Buffers;
using System.Buffers.Binary;
using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;

namespace PaxosSM.Benchmarks;

/// <summary>The same work as <see cref="HashMachine"/>'s, for DotNext.</summary>
/// <param name="directory">For its snapshots.</param>
/// <param name="stride">Bytes of each command in an entry that holds several.</param>
internal sealed class DotNextMachine(DirectoryInfo directory, int stride) : SimpleStateMachine(directory)
{
    private const long Prime = 1099511628211;
    private const int SnapshotEvery = 100_000;
    private long _count;
    private long _hash;

    /// <summary>How many commands were applied. For any thread.</summary>
    public long Count => Volatile.Read(ref _count);

    protected override async ValueTask RestoreAsync(FileInfo snapshotFile, CancellationToken token)
    {
        var bytes = await File.ReadAllBytesAsync(snapshotFile.FullName, token);
        _count = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        _hash = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(sizeof(long)));
    }

    protected override ValueTask PersistAsync(IAsyncBinaryWriter writer, CancellationToken token)
    {
        var bytes = new byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, _count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(sizeof(long)), _hash);
        return writer.Invoke(bytes, token);
    }

    protected override ValueTask<bool> ApplyAsync(LogEntry entry, CancellationToken token)
    {
        if (entry.TryGetPayload(out ReadOnlySequence<byte> payload))
        {
            Span<byte> first = stackalloc byte[sizeof(long)];
            for (var at = 0L; at + sizeof(long) <= payload.Length; at += Math.Min(stride, payload.Length))
            {
                payload.Slice(at, sizeof(long)).CopyTo(first);
                _hash = (_hash * Prime) ^ BinaryPrimitives.ReadInt64LittleEndian(first);
                Volatile.Write(ref _count, _count + 1);
            }
        }

        return new(entry.Index % SnapshotEvery == 0);
    }
}
