namespace PaxosSM.RedisKv.Machine;

/// <summary>A list: a ring of elements, with a digest that depends on their order.</summary>
/// <remarks>
/// The digest is the polynomial of the elements' hashes in an odd base modulo 2^64; an odd base has an inverse, so
/// that both ends can grow and shrink in constant time.
/// </remarks>
internal sealed class ListValue : CollectionValue
{
    private const ulong Base = 0x9E37_79B9_7F4A_7C15;
    private static readonly ulong BaseInverse = Invert(Base);

    private byte[][] _ring = new byte[4][];
    private int _head;
    private int _count;
    private ulong _digest;
    private ulong _power = 1;

    /// <inheritdoc/>
    public override ValueKind Kind => ValueKind.List;

    /// <inheritdoc/>
    public override int Count => _count;

    /// <inheritdoc/>
    public override ulong Digest => _digest;

    /// <summary>The element at a place, from 0.</summary>
    public byte[] this[int index] => _ring[(_head + index) & (_ring.Length - 1)];

    /// <summary>Adds an element at an end.</summary>
    public void Push(byte[] element, bool left)
    {
        if (_count == _ring.Length)
        {
            _ring = Unrolled(_count * 2);
            _head = 0;
        }

        var hash = ByteHash.OfValue(element);
        if (left)
        {
            _head = (_head - 1) & (_ring.Length - 1);
            _ring[_head] = element;
            _digest += hash * _power;
        }
        else
        {
            _ring[(_head + _count) & (_ring.Length - 1)] = element;
            _digest = (_digest * Base) + hash;
        }

        _count++;
        _power *= Base;
    }

    /// <summary>Takes an element off an end; the list must not be empty.</summary>
    public byte[] Pop(bool left)
    {
        var place = (_head + (left ? 0 : _count - 1)) & (_ring.Length - 1);
        var element = _ring[place];
        _ring[place] = null!; // outside of the count; nobody reads it
        _count--;
        _power *= BaseInverse;
        var hash = ByteHash.OfValue(element);
        if (left)
        {
            _head = (_head + 1) & (_ring.Length - 1);
            _digest -= hash * _power;
        }
        else
        {
            _digest = (_digest - hash) * BaseInverse;
        }

        return element;
    }

    /// <inheritdoc/>
    public override CollectionValue Clone() => new ListValue
    {
        _ring = Unrolled(_ring.Length),
        _count = _count,
        _digest = _digest,
        _power = _power,
    };

    private byte[][] Unrolled(int length)
    {
        var ring = new byte[length][];
        var first = Math.Min(_count, _ring.Length - _head);
        Array.Copy(_ring, _head, ring, 0, first);
        Array.Copy(_ring, 0, ring, first, _count - first);
        return ring;
    }

    private static ulong Invert(ulong odd)
    {
        var inverse = odd; // right in three bits; every step doubles them
        for (var step = 0; step < 5; step++)
        {
            inverse *= 2 - (odd * inverse);
        }

        return inverse;
    }
}
