using System.Buffers.Binary;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Reads numbers and bytes from a stream; allocates no more than a stated length's worth of bytes that really
/// come.</summary>
internal sealed class SnapshotInput(Stream source, CancellationToken cancellationToken)
{
    private const int BufferBytes = 128 * 1024;
    private const int NumberBytesMax = 5;
    private const int TrustedBytesMax = 1 << 20;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _place;
    private int _end;

    /// <summary>Reads a byte.</summary>
    public ValueTask<byte> ReadByteAsync() => _place < _end ? new(_buffer[_place++]) : FillAndReadByteAsync();

    /// <summary>Reads a count or length.</summary>
    public async ValueTask<int> ReadNumberAsync()
    {
        var bits = 0UL;
        for (var shift = 0; shift < 7 * NumberBytesMax; shift += 7)
        {
            var next = await ReadByteAsync().ConfigureAwait(false);
            bits |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80 && bits <= int.MaxValue)
            {
                return (int)bits;
            }
        }

        throw new InvalidDataException("a snapshot's number is too large");
    }

    /// <summary>Reads eight bytes.</summary>
    public async ValueTask<ulong> ReadFixedAsync() =>
        BinaryPrimitives.ReadUInt64LittleEndian(await ReadBytesAsync(sizeof(ulong)).ConfigureAwait(false));

    /// <summary>Reads a length and bytes.</summary>
    public async ValueTask<byte[]> ReadStringAsync() =>
        await ReadBytesAsync(await ReadNumberAsync().ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Reads so many bytes.</summary>
    public ValueTask<byte[]> ReadBytesAsync(int count)
    {
        if (count > _end - _place)
        {
            return ReadAcrossAsync(count);
        }

        var bytes = _buffer.AsSpan(_place, count).ToArray();
        _place += count;
        return new(bytes);
    }

    /// <summary>Checks that nothing follows.</summary>
    public async ValueTask ExpectEndAsync()
    {
        if (_place < _end || await source.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
            throw new InvalidDataException("bytes follow a snapshot's end");
        }
    }

    private async ValueTask<byte> FillAndReadByteAsync()
    {
        await FillAsync().ConfigureAwait(false);
        return _buffer[_place++];
    }

    private async ValueTask<byte[]> ReadAcrossAsync(int count)
    {
        var bytes = new byte[Math.Min(count, TrustedBytesMax)];
        for (var filled = 0; filled < count;)
        {
            if (_place == _end)
            {
                await FillAsync().ConfigureAwait(false);
            }

            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(count, bytes.Length * 2L));
            }

            var part = Math.Min(bytes.Length - filled, _end - _place);
            _buffer.AsSpan(_place, part).CopyTo(bytes.AsSpan(filled));
            _place += part;
            filled += part;
        }

        return bytes;
    }

    private async ValueTask FillAsync()
    {
        _place = 0;
        _end = await source.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        if (_end == 0)
        {
            throw new InvalidDataException("a snapshot ends early");
        }
    }
}
