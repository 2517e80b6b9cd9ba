using System.Buffers;
using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;

namespace PaxosSM.Benchmarks;

/// <summary>The same work as <see cref="HashMachine"/>'s, for DotNext.</summary>
/// <param name="directory">For its snapshots.</param>
/// <param name="stride">Bytes of each command in an entry that holds several.</param>
internal sealed class DotNextMachine(DirectoryInfo directory, int stride) : SimpleStateMachine(directory)
{
    private const int SnapshotEvery = 100_000;
    private readonly RunningHash _hash = new();

    /// <summary>How many commands were applied. For any thread.</summary>
    public long Count => _hash.Count;

    protected override async ValueTask RestoreAsync(FileInfo snapshotFile, CancellationToken token) =>
        _hash.Restore(await File.ReadAllBytesAsync(snapshotFile.FullName, token));

    protected override ValueTask PersistAsync(IAsyncBinaryWriter writer, CancellationToken token) =>
        writer.Invoke(_hash.Save(), token);

    protected override ValueTask<bool> ApplyAsync(LogEntry entry, CancellationToken token)
    {
        if (entry.TryGetPayload(out ReadOnlySequence<byte> payload))
        {
            for (var at = 0L; at + sizeof(long) <= payload.Length; at += Math.Min(stride, payload.Length))
            {
                _hash.Add(payload, at);
            }
        }

        return new(entry.Index % SnapshotEvery == 0);
    }
}
