namespace PaxosSM.RedisKv.Machine;

/// <summary>A set: distinct members, in the order of their hashes.</summary>
internal sealed class SetValue : CollectionValue
{
    private ByteTable<Nothing> _members = new();
    private ulong _digest;

    /// <inheritdoc/>
    public override ValueKind Kind => ValueKind.Set;

    /// <inheritdoc/>
    public override int Count => _members.Count;

    /// <inheritdoc/>
    public override ulong Digest => _digest;

    /// <summary>The members, for reading.</summary>
    public ByteTable<Nothing> Members => _members;

    /// <summary>True when the member is there.</summary>
    public bool Contains(ReadOnlySpan<byte> member) => _members.Find(member, ByteHash.OfKey(member)) >= 0;

    /// <summary>Adds a member; true when it is new.</summary>
    public bool Add(ReadOnlySpan<byte> member)
    {
        var hash = ByteHash.OfKey(member);
        if (_members.Find(member, hash) >= 0)
        {
            return false;
        }

        _members.Add(member.ToArray(), hash, default);
        _digest += ByteHash.Combine(hash, 0);
        return true;
    }

    /// <summary>Removes a member; true when it was there.</summary>
    public bool Remove(ReadOnlySpan<byte> member)
    {
        var hash = ByteHash.OfKey(member);
        var slot = _members.Find(member, hash);
        if (slot < 0)
        {
            return false;
        }

        _members.RemoveAt(slot);
        _digest -= ByteHash.Combine(hash, 0);
        return true;
    }

    /// <inheritdoc/>
    public override CollectionValue Clone() => new SetValue { _members = _members.Clone(), _digest = _digest };
}
