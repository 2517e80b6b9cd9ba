namespace PaxosSM.RedisKv.Machine;

/// <summary>Reads a snapshot into a keyspace, believing nothing that it has not checked.</summary>
internal static class SnapshotReader
{
    /// <summary>Reads a snapshot that fills the stream.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a snapshot, or not all of one.</exception>
    public static async ValueTask<Keyspace> ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        var input = new SnapshotInput(source, cancellationToken);
        var magic = await input.ReadBytesAsync(SnapshotFormat.Magic.Length).ConfigureAwait(false);
        if (!SnapshotFormat.Magic.SequenceEqual(magic))
        {
            throw new InvalidDataException("not a snapshot of this machine: wrong magic");
        }

        var keys = new Keyspace();
        var count = await input.ReadNumberAsync().ConfigureAwait(false);
        for (var index = 0; index < count; index++)
        {
            await ReadEntryAsync(input, keys).ConfigureAwait(false);
        }

        var digest = await input.ReadFixedAsync().ConfigureAwait(false);
        if (digest != keys.Digest)
        {
            throw new InvalidDataException($"the snapshot's digest is {digest:x16}, its content's {keys.Digest:x16}");
        }

        await input.ExpectEndAsync().ConfigureAwait(false);
        return keys;
    }

    private static async ValueTask ReadEntryAsync(SnapshotInput input, Keyspace keys)
    {
        var kind = await input.ReadByteAsync().ConfigureAwait(false);
        var due = Item.Never;
        if ((kind & SnapshotFormat.DueFlag) != 0)
        {
            due = (long)await input.ReadFixedAsync().ConfigureAwait(false);
            if (due == Item.Never)
            {
                throw new InvalidDataException("a snapshot's entry is due never");
            }
        }

        var key = await input.ReadStringAsync().ConfigureAwait(false);
        var value = (ValueKind)(kind & ~SnapshotFormat.DueFlag) switch
        {
            ValueKind.String => await input.ReadStringAsync().ConfigureAwait(false),
            ValueKind.List => await ReadListAsync(input).ConfigureAwait(false),
            ValueKind.Hash => await ReadHashAsync(input).ConfigureAwait(false),
            ValueKind.Set => (object)await ReadSetAsync(input).ConfigureAwait(false),
            _ => throw new InvalidDataException($"a snapshot's entry is of unknown type {kind}"),
        };
        var hash = ByteHash.OfKey(key);
        if (keys.Table.Find(key, hash) >= 0)
        {
            throw new InvalidDataException("a snapshot names a key twice");
        }

        keys.Add(key, hash, value, due);
    }

    private static async ValueTask<ListValue> ReadListAsync(SnapshotInput input)
    {
        var list = new ListValue();
        for (var left = await ReadCountAsync(input).ConfigureAwait(false); left > 0; left--)
        {
            list.Push(await input.ReadStringAsync().ConfigureAwait(false), left: false);
        }

        return list;
    }

    private static async ValueTask<HashValue> ReadHashAsync(SnapshotInput input)
    {
        var hash = new HashValue();
        for (var left = await ReadCountAsync(input).ConfigureAwait(false); left > 0; left--)
        {
            var field = await input.ReadStringAsync().ConfigureAwait(false);
            var value = await input.ReadStringAsync().ConfigureAwait(false);
            if (!hash.Set(field, value))
            {
                throw new InvalidDataException("a snapshot's hash names a field twice");
            }
        }

        return hash;
    }

    private static async ValueTask<SetValue> ReadSetAsync(SnapshotInput input)
    {
        var set = new SetValue();
        for (var left = await ReadCountAsync(input).ConfigureAwait(false); left > 0; left--)
        {
            if (!set.Add(await input.ReadStringAsync().ConfigureAwait(false)))
            {
                throw new InvalidDataException("a snapshot's set names a member twice");
            }
        }

        return set;
    }

    private static async ValueTask<int> ReadCountAsync(SnapshotInput input)
    {
        var count = await input.ReadNumberAsync().ConfigureAwait(false);
        return count > 0 ? count : throw new InvalidDataException("a snapshot holds an empty collection");
    }
}
