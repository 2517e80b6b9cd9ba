namespace PaxosSM.RedisKv.Machine;

/// <summary>A hash: fields with values, in the order of the fields' hashes.</summary>
internal sealed class HashValue : CollectionValue
{
    private ByteTable<byte[]> _fields = new();
    private ulong _digest;

    /// <inheritdoc/>
    public override ValueKind Kind => ValueKind.Hash;

    /// <inheritdoc/>
    public override int Count => _fields.Count;

    /// <inheritdoc/>
    public override ulong Digest => _digest;

    /// <summary>The fields, for reading.</summary>
    public ByteTable<byte[]> Fields => _fields;

    /// <summary>A field's value, or null.</summary>
    public byte[]? Get(ReadOnlySpan<byte> field)
    {
        var slot = _fields.Find(field, ByteHash.OfKey(field));
        return slot < 0 ? null : _fields.At(slot).Value;
    }

    /// <summary>Sets a field; true when it is new.</summary>
    public bool Set(ReadOnlySpan<byte> field, byte[] value)
    {
        var hash = ByteHash.OfKey(field);
        var slot = _fields.Find(field, hash);
        _digest += DigestOf(hash, value);
        if (slot < 0)
        {
            _fields.Add(field.ToArray(), hash, value);
            return true;
        }

        ref var old = ref _fields.MutableAt(slot);
        _digest -= DigestOf(hash, old);
        old = value;
        return false;
    }

    /// <summary>Removes a field; true when it was there.</summary>
    public bool Remove(ReadOnlySpan<byte> field)
    {
        var hash = ByteHash.OfKey(field);
        var slot = _fields.Find(field, hash);
        if (slot < 0)
        {
            return false;
        }

        _digest -= DigestOf(hash, _fields.At(slot).Value);
        _fields.RemoveAt(slot);
        return true;
    }

    /// <inheritdoc/>
    public override CollectionValue Clone() => new HashValue { _fields = _fields.Clone(), _digest = _digest };

    private static ulong DigestOf(ulong fieldHash, byte[] value) =>
        ByteHash.Combine(fieldHash, ByteHash.OfValue(value));
}
