using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Hosting.Tests;

/// <summary>Adds up the numbers that it is sent.</summary>
/// <param name="flaw">Added to its digest: a machine with a flaw of its own differs from the others'.</param>
internal sealed class SumMachine(ulong flaw) : IDigestibleStateMachine
{
    public SumMachine()
        : this(0)
    {
    }

    public long Sum { get; set; }

    public ulong Digest => (ulong)Sum + flaw;

    public static byte[] Add(long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    public static long Read(ReadOnlyMemory<byte> result) => BinaryPrimitives.ReadInt64LittleEndian(result.Span);

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        Sum += BinaryPrimitives.ReadInt64LittleEndian(command.ToArray());
        Write(result);
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        Write(result);

    public ISnapshotWriter BeginSnapshot() => new Snapshot(Sum);

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(long)];
        await snapshot.ReadExactlyAsync(bytes, cancellationToken);
        Sum = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        _ = await snapshot.ReadAsync(bytes, cancellationToken);
    }

    private void Write(IBufferWriter<byte> result)
    {
        BinaryPrimitives.WriteInt64LittleEndian(result.GetSpan(sizeof(long)), Sum);
        result.Advance(sizeof(long));
    }

    private sealed class Snapshot(long sum) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken) =>
            await destination.WriteAsync(Add(sum), cancellationToken);

        public void Dispose()
        {
        }
    }
}
