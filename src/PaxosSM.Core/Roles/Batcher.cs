using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>Gathers commands into batches: whatever waited is the next batch, so that one lone command leaves at once
/// and a burst leaves together.</summary>
internal sealed class Batcher(ProtocolOptions options)
{
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();

    /// <summary>The bytes that wait.</summary>
    public int PendingBytes { get; private set; }

    /// <summary>The next batch is no larger: a lone submission is a batch, however large it is.</summary>
    public int NextBytesMax =>
        _waiting.TryPeek(out var first) ? Math.Max(first.Length, options.BatchBytesMax) : options.BatchBytesMax;

    public bool IsEmpty => _waiting.Count == 0;

    /// <returns>False when too much waits already; nothing was taken.</returns>
    public bool TryAdd(ReadOnlyMemory<byte> entries)
    {
        if (PendingBytes + entries.Length > options.PendingBytesMax)
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
        if (_waiting.Count == 0 || first.Length + _waiting.Peek().Length > options.BatchBytesMax)
        {
            return first;
        }

        var size = first.Length;
        var count = 0;
        foreach (var entries in _waiting)
        {
            if (size + entries.Length > options.BatchBytesMax)
            {
                break;
            }

            size += entries.Length;
            count++;
        }

        var batch = new byte[size];
        first.CopyTo(batch);
        var end = first.Length;
        for (; count > 0; count--)
        {
            var entries = _waiting.Dequeue();
            PendingBytes -= entries.Length;
            entries.CopyTo(batch.AsMemory(end));
            end += entries.Length;
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

    public void Clear()
    {
        _waiting.Clear();
        PendingBytes = 0;
    }
}
