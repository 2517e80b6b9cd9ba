using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PaxosSM;

/// <summary>Writes entries, tokens and names as bytes: little-endian, with lengths before what varies.</summary>
internal readonly struct OutboxWriter(IBufferWriter<byte> destination)
{
    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination.GetSpan(sizeof(int)), value);
        destination.Advance(sizeof(int));
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination.GetSpan(sizeof(long)), value);
        destination.Advance(sizeof(long));
    }

    public void WriteText(string text)
    {
        WriteInt32(Encoding.UTF8.GetByteCount(text));
        _ = Encoding.UTF8.GetBytes(text, destination);
    }

    public void WriteToken(in OutboxToken token)
    {
        token.Write(destination.GetSpan(OutboxToken.Size));
        destination.Advance(OutboxToken.Size);
    }

    public void WriteEntries(IReadOnlyList<OutboxEntry> entries)
    {
        WriteInt32(entries.Count);
        foreach (var entry in entries)
        {
            WriteToken(entry.Token);
            WriteText(entry.Destination);
            WriteInt32(entry.Payload.Length);
            destination.Write(entry.Payload.Span);
        }
    }
}
