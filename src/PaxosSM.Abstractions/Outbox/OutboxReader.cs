using System.Buffers.Binary;
using System.Text;

namespace PaxosSM;

/// <summary>Reads what <see cref="OutboxWriter"/> wrote; anything else is an
/// <see cref="InvalidDataException"/>.</summary>
internal ref struct OutboxReader(ReadOnlyMemory<byte> source)
{
    private ReadOnlyMemory<byte> _rest = source;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    public string ReadText() => Encoding.UTF8.GetString(Take(ReadInt32()).Span);

    public OutboxToken ReadToken() => OutboxToken.Read(Take(OutboxToken.Size).Span);

    /// <summary>Entries whose payloads are copies.</summary>
    public List<OutboxEntry> ReadEntries()
    {
        List<OutboxEntry> entries = [];
        for (var left = ReadInt32(); left > 0; left--)
        {
            var token = ReadToken();
            var destination = ReadText();
            entries.Add(new(token, destination, Take(ReadInt32()).ToArray()));
        }

        return IsAtEnd ? entries : throw new InvalidDataException("something follows the outbox's entries");
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        if ((uint)length > (uint)_rest.Length)
        {
            throw new InvalidDataException("the outbox's bytes end too early, or a length is wrong");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
