using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>
/// Numbers the commands that it applies and answers with the number. A command's first byte asks for more:
/// T id delay: set a timer; C id: cancel one; X: throw; L n: a result of n bytes.
/// </summary>
internal sealed class CountingMachine : ITimedStateMachine, IDigestibleStateMachine, IViewObserver
{
    public long Count { get; private set; }

    public List<string> Trace { get; } = [];

    public ulong Digest { get; private set; } = 17;

    public Func<Task>? BeforeSnapshotWrite { get; set; }

    public int SnapshotsDisposed { get; private set; }

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        var bytes = command.ToArray();
        var size = sizeof(long);
        switch (bytes.Length == 0 ? (byte)0 : bytes[0])
        {
            case (byte)'T':
                context.Timers.Set(bytes[1], context.Time.Add(TimeSpan.FromMilliseconds(bytes[2])));
                break;
            case (byte)'C':
                context.Timers.Cancel(bytes[1]);
                break;
            case (byte)'X':
                throw new InvalidOperationException("boom");
            case (byte)'L':
                size = Math.Max(size, (int)bytes[1]);
                break;
        }

        Count++;
        Note($"{context.Slot}.{context.Index} {context.Session}#{context.Sequence} {context.Time}");
        BinaryPrimitives.WriteInt64LittleEndian(result.GetSpan(size), Count);
        result.Advance(size);
    }

    public void OnTimer(in CommandContext context, long id) =>
        Note($"{context.Slot}.{context.Index} timer {id} {context.Time}");

    public void OnView(in CommandContext context, ClusterView view) =>
        Note($"{context.Slot} view {view.Epoch} {view.Leader} of {string.Join(',', view.Members)}");

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        if (query.Length > 0)
        {
            throw new InvalidOperationException("no such query");
        }

        BinaryPrimitives.WriteInt64LittleEndian(result.GetSpan(sizeof(long)), Count);
        result.Advance(sizeof(long));
    }

    public ISnapshotWriter BeginSnapshot() => new Captured(this, Count, Digest);

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var bytes = new byte[16];
        await snapshot.ReadExactlyAsync(bytes, cancellationToken);
        Count = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Digest = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8));
        Assert.Equal(0, await snapshot.ReadAsync(bytes, cancellationToken));
    }

    public CountingMachine Copy() => new() { Count = Count, Digest = Digest };

    private void Note(string line)
    {
        Trace.Add(line);
        foreach (var letter in line)
        {
            Digest = (Digest * 31) + letter;
        }
    }

    private sealed class Captured(CountingMachine machine, long count, ulong digest) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
        {
            if (machine.BeforeSnapshotWrite is { } before)
            {
                await before();
            }

            var bytes = new byte[16];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, count);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), digest);
            await destination.WriteAsync(bytes, cancellationToken);
        }

        public void Dispose() => machine.SnapshotsDisposed++;
    }
}
