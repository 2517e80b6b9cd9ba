using System.Diagnostics;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Writes a captured keyspace while the machine goes on.</summary>
internal sealed class SnapshotWriter(KeyspaceCapture capture) : ISnapshotWriter
{
    private KeyspaceCapture? _capture = capture;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
    {
        var capture = _capture ?? throw new ObjectDisposedException(nameof(SnapshotWriter));
        var output = new SnapshotOutput(destination, cancellationToken);
        output.WriteBytes(SnapshotFormat.Magic);
        output.WriteNumber(capture.Count);
        foreach (var slot in InOrder(capture))
        {
            await WriteEntryAsync(output, At(capture, slot)).ConfigureAwait(false);
        }

        output.WriteFixed(capture.Digest);
        await output.FlushAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _capture = null; // lets the old chunks go

    private static async ValueTask WriteEntryAsync(SnapshotOutput output, TableSlot<Item> entry)
    {
        var item = entry.Value;
        var kind = item.Value is CollectionValue collection ? collection.Kind : ValueKind.String;
        if (item.Due == Item.Never)
        {
            output.WriteByte((byte)kind);
        }
        else
        {
            output.WriteByte((byte)((byte)kind | SnapshotFormat.DueFlag));
            output.WriteFixed((ulong)item.Due);
        }

        await output.WriteStringAsync(entry.Key!).ConfigureAwait(false); // only occupied slots are in order
        await WriteValueAsync(output, item.Value).ConfigureAwait(false);
    }

    private static ValueTask WriteValueAsync(SnapshotOutput output, object value)
    {
        switch (value)
        {
            case byte[] text:
                return output.WriteStringAsync(text);
            case ListValue list:
                return WriteListAsync(output, list);
            case HashValue hash:
                return WriteHashAsync(output, hash);
            case SetValue set:
                return WriteSetAsync(output, set);
            default:
                throw new UnreachableException($"a value of type {value.GetType()}");
        }
    }

    private static async ValueTask WriteListAsync(SnapshotOutput output, ListValue list)
    {
        output.WriteNumber(list.Count);
        for (var index = 0; index < list.Count; index++)
        {
            await output.WriteStringAsync(list[index]).ConfigureAwait(false);
        }
    }

    private static async ValueTask WriteHashAsync(SnapshotOutput output, HashValue hash)
    {
        output.WriteNumber(hash.Count);
        var walk = new OrderedWalk<byte[]>(hash.Fields);
        while (walk.MoveNext(out var slot))
        {
            await output.WriteStringAsync(hash.Fields.At(slot).Key!).ConfigureAwait(false);
            await output.WriteStringAsync(hash.Fields.At(slot).Value).ConfigureAwait(false);
        }
    }

    private static async ValueTask WriteSetAsync(SnapshotOutput output, SetValue set)
    {
        output.WriteNumber(set.Count);
        var walk = new OrderedWalk<Nothing>(set.Members);
        while (walk.MoveNext(out var slot))
        {
            await output.WriteStringAsync(set.Members.At(slot).Key!).ConfigureAwait(false);
        }
    }

    private static SlotPlace[] InOrder(KeyspaceCapture capture)
    {
        var hashes = new ulong[capture.Count];
        var places = new SlotPlace[capture.Count];
        var count = 0;
        for (var chunk = 0; chunk < capture.Chunks.Length; chunk++)
        {
            var slots = capture.Chunks[chunk];
            for (var index = 0; index < slots.Length; index++)
            {
                if (slots[index].Key is not null)
                {
                    hashes[count] = slots[index].Hash;
                    places[count++] = new(chunk, index);
                }
            }
        }

        Array.Sort(hashes, places);
        SettleTies(capture, hashes, places);
        return places;
    }

    private static void SettleTies(KeyspaceCapture capture, ulong[] hashes, SlotPlace[] places)
    {
        for (var start = 0; start < hashes.Length;)
        {
            var end = start + 1;
            while (end < hashes.Length && hashes[end] == hashes[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                places.AsSpan(start, end - start).Sort(
                    (a, b) => At(capture, a).Key.AsSpan().SequenceCompareTo(At(capture, b).Key));
            }

            start = end;
        }
    }

    private static ref readonly TableSlot<Item> At(KeyspaceCapture capture, SlotPlace place) =>
        ref capture.Chunks[place.Chunk][place.Index];

    private readonly record struct SlotPlace(int Chunk, int Index);
}
