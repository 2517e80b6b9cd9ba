using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>Gathers commands into batches: whatever waited is the next batch, so that one lone command leaves at once
/// and a burst leaves together.</summary>
internal sealed class Batcher(ReplicaContext context)
{
    private readonly ProtocolOptions _options = context.Options;
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();

    /// <summary>The bytes that wait.</summary>
    public int PendingBytes { get; private set; }

    /// <summary>The next batch is no larger: a lone submission is a batch, however large it is.</summary>
    public int NextBytesMax =>
        _waiting.TryPeek(out var first) ? Math.Max(first.Length, _options.BatchBytesMax) : _options.BatchBytesMax;

    public bool IsEmpty => _waiting.Count == 0;

    /// <returns>False when too much waits already; nothing was taken.</returns>
    public bool TryAdd(ReadOnlyMemory<byte> entries)
    {
        if (PendingBytes + entries.Length > _options.PendingBytesMax)
        {
            return false;
        }

        _waiting.Enqueue(entries);
        PendingBytes += entries.Length;
        return true;
    }

    /// <summary>The next batch's payload; at least one submission, whatever its size.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var first = _waiting.Dequeue();
        PendingBytes -= first.Length;
        if (_waiting.Count == 0 || first.Length + _waiting.Peek().Length > _options.BatchBytesMax)
        {
            return first;
        }

        var size = first.Length;
        var count = 0;
        foreach (var entries in _waiting)
        {
            if (size + entries.Length > _options.BatchBytesMax)
            {
                break;
            }

            size += entries.Length;
            count++;
        }

        var batch = context.Lend(size);
        var rest = Move(first, batch.Span);
        for (; count > 0; count--)
        {
            var entries = _waiting.Dequeue();
            PendingBytes -= entries.Length;
            rest = Move(entries, rest);
        }

        return batch;
    }

    /// <summary>Has another node propose what waits.</summary>
    public void HandTo(NodeId node, Effects effects)
    {
        while (!IsEmpty)
        {
            var batch = Take();
            var count = 0;
            for (var rest = batch; CommandEntry.TryRead(ref rest, out _);)
            {
                count++;
            }

            effects.Send(node, new Submit(batch, count));
        }
    }

    private static Span<byte> Move(ReadOnlyMemory<byte> entries, Span<byte> destination)
    {
        entries.Span.CopyTo(destination);
        LentMemory.GiveBack(entries);
        return destination[entries.Length..];
    }

    public void Clear()
    {
        _waiting.Clear();
        PendingBytes = 0;
    }
}
