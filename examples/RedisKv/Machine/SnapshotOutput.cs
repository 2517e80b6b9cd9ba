using System.Buffers;
using System.Buffers.Binary;
using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Collects small writes for a stream.</summary>
internal sealed class SnapshotOutput(Stream destination, CancellationToken cancellationToken)
{
    private const int BufferBytes = 128 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(BufferBytes);

    /// <summary>Writes a byte.</summary>
    public void WriteByte(byte value) => _buffer.Write([value]);

    /// <summary>Writes bytes as they are.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    /// <summary>Writes a count.</summary>
    public void WriteNumber(int value) => CommandPayload.WriteNumber(_buffer, (uint)value);

    /// <summary>Writes eight bytes.</summary>
    public void WriteFixed(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(sizeof(ulong)), value);
        _buffer.Advance(sizeof(ulong));
    }

    /// <summary>Writes a length and bytes.</summary>
    public ValueTask WriteStringAsync(byte[] text)
    {
        WriteNumber(text.Length);
        if (text.Length > BufferBytes)
        {
            return WriteLargeAsync(text);
        }

        _buffer.Write(text);
        return _buffer.WrittenCount < BufferBytes / 2 ? default : FlushAsync();
    }

    /// <summary>Hands everything to the stream.</summary>
    public async ValueTask FlushAsync()
    {
        await destination.WriteAsync(_buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _buffer.ResetWrittenCount();
    }

    private async ValueTask WriteLargeAsync(byte[] text)
    {
        await FlushAsync().ConfigureAwait(false);
        await destination.WriteAsync(text, cancellationToken).ConfigureAwait(false);
    }
}
