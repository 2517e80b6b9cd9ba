using System.Buffers;

namespace PaxosSM.Testing.TestKits;

/// <summary>Calls a machine as harshly as its contract allows: payloads in pieces that are overwritten after the call,
/// buffers for results that are not empty.</summary>
internal sealed class HarshMachine(IStateMachine machine) : ITimedStateMachine, IDigestibleStateMachine, IViewObserver
{
    private const byte Dirt = 0xDB;
    private const int PieceMax = 5;

    public ulong Digest => machine is IDigestibleStateMachine digestible ? digestible.Digest : 0;

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        using var pieces = new Pieces(command.ToArray());
        machine.Apply(in context, pieces.Sequence, new DirtyWriter(result));
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        using var pieces = new Pieces(query.ToArray());
        machine.Query(in context, pieces.Sequence, new DirtyWriter(result));
    }

    public void OnTimer(in CommandContext context, long id) => (machine as ITimedStateMachine)?.OnTimer(in context, id);

    public void OnView(in CommandContext context, ClusterView view) =>
        (machine as IViewObserver)?.OnView(in context, view);

    public ISnapshotWriter BeginSnapshot() => machine.BeginSnapshot();

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        machine.RestoreAsync(snapshot, cancellationToken);

    private sealed class DirtyWriter(IBufferWriter<byte> inner) : IBufferWriter<byte>
    {
        public void Advance(int count) => inner.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            var memory = inner.GetMemory(sizeHint);
            memory.Span.Fill(Dirt);
            return memory;
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }

    private sealed class Pieces : IDisposable
    {
        private readonly byte[] _bytes;

        public Pieces(byte[] bytes)
        {
            _bytes = bytes;
            var first = new Piece(bytes.AsMemory(0, Math.Min(1, bytes.Length)), null);
            var last = first;
            for (var start = 1; start < bytes.Length; start += PieceMax)
            {
                last = new Piece(bytes.AsMemory(start, Math.Min(PieceMax, bytes.Length - start)), last);
            }

            Sequence = new(first, 0, last, last.Memory.Length);
        }

        public ReadOnlySequence<byte> Sequence { get; }

        public void Dispose() => _bytes.AsSpan().Fill(Dirt);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            RunningIndex = before is null ? 0 : before.RunningIndex + before.Memory.Length;
            before?.Next = this;
        }
    }
}
