using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Benchmarks;

/// <summary>The compared systems' work as a state machine. Answers commands with nothing.</summary>
/// <param name="stateBytes">How much state it has beside, which each snapshot has to write.</param>
internal sealed class HashMachine(int stateBytes = 0) : IStateMachine
{
    private readonly RunningHash _hash = new();
    private readonly byte[] _beside = new byte[stateBytes];
    private long _snapshots;

    /// <summary>How many commands were applied. For any thread.</summary>
    public long Count => _hash.Count;

    /// <summary>How many snapshots were begun. For any thread.</summary>
    public long Snapshots => Interlocked.Read(ref _snapshots);

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result) =>
        _hash.Add(command, 0);

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        BinaryPrimitives.WriteInt64LittleEndian(result.GetSpan(sizeof(long)), _hash.Value);
        result.Advance(sizeof(long));
    }

    public ISnapshotWriter BeginSnapshot()
    {
        Interlocked.Increment(ref _snapshots);
        return new Snapshot(_hash.Save(), _beside);
    }

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var state = new byte[RunningHash.Size];
        await snapshot.ReadExactlyAsync(state, cancellationToken);
        _hash.Restore(state);
        await snapshot.ReadExactlyAsync(_beside, cancellationToken);
    }

    private sealed class Snapshot(byte[] state, byte[] beside) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
        {
            await destination.WriteAsync(state, cancellationToken);
            await destination.WriteAsync(beside, cancellationToken);
        }

        public void Dispose()
        {
            // What it holds never changes.
        }
    }
}
