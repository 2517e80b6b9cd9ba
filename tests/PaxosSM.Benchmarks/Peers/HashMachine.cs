using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Benchmarks;

/// <summary>The compared systems' work as a state machine. Answers commands with nothing.</summary>
internal sealed class HashMachine : IStateMachine
{
    private readonly RunningHash _hash = new();

    /// <summary>How many commands were applied. For any thread.</summary>
    public long Count => _hash.Count;

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result) =>
        _hash.Add(command, 0);

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        BinaryPrimitives.WriteInt64LittleEndian(result.GetSpan(sizeof(long)), _hash.Value);
        result.Advance(sizeof(long));
    }

    public ISnapshotWriter BeginSnapshot() => new Snapshot(_hash.Save());

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var state = new byte[RunningHash.Size];
        await snapshot.ReadExactlyAsync(state, cancellationToken);
        _hash.Restore(state);
    }

    private sealed class Snapshot(byte[] state) : ISnapshotWriter
    {
        public ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken) =>
            destination.WriteAsync(state, cancellationToken);

        public void Dispose()
        {
            // Two numbers are all that it holds.
        }
    }
}
