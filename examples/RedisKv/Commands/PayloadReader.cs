namespace PaxosSM.RedisKv.Commands;

/// <summary>Reads what <see cref="CommandPayload"/> describes; refuses, and never throws, on bytes that it does
/// not.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    private readonly ReadOnlySpan<byte> _payload = payload;
    private int _place;

    /// <summary>True when everything was read.</summary>
    public readonly bool AtEnd => _place == _payload.Length;

    /// <summary>Reads the kind and the count of commands.</summary>
    public bool TryReadHead(out byte kind, out int count)
    {
        kind = 0;
        count = 0;
        if (_payload.IsEmpty)
        {
            return false;
        }

        kind = _payload[_place++];
        return kind is CommandPayload.Batch or CommandPayload.Transaction
            && TryReadNumber(out count)
            && count <= _payload.Length - _place
            && (count > 0 || kind == CommandPayload.Transaction);
    }

    /// <summary>Reads one command's arguments into a buffer that grows as needed; a command has at least its
    /// name.</summary>
    public bool TryReadCommand(ref ArgumentRange[] arguments, out int count)
    {
        if (!TryReadNumber(out count) || count == 0 || count > _payload.Length - _place)
        {
            return false;
        }

        if (count > arguments.Length)
        {
            arguments = new ArgumentRange[Math.Max(count, arguments.Length * 2)];
        }

        for (var index = 0; index < count; index++)
        {
            if (!TryReadNumber(out var length) || length > _payload.Length - _place)
            {
                return false;
            }

            arguments[index] = new(_place, length);
            _place += length;
        }

        return true;
    }

    private bool TryReadNumber(out int value)
    {
        var bits = 0UL;
        for (var shift = 0; shift < 7 * CommandPayload.NumberBytesMax && _place < _payload.Length; shift += 7)
        {
            var next = _payload[_place++];
            bits |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                value = (int)bits;
                return bits <= int.MaxValue;
            }
        }

        value = 0;
        return false;
    }
}
