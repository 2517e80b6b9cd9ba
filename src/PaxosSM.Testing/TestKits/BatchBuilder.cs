namespace PaxosSM.Testing.TestKits;

/// <summary>Puts entries together to a value.</summary>
internal sealed class BatchBuilder
{
    private readonly List<byte> _bytes = [];

    public BatchBuilder Command(SessionId session, long sequence, long acknowledged, byte[] payload) =>
        Add(EntryKind.Command, session, sequence, acknowledged, payload);

    public BatchBuilder Add(EntryKind kind, SessionId session, long sequence, long acknowledged, byte[] payload)
    {
        Span<byte> header = stackalloc byte[CommandEntry.HeaderSize];
        CommandEntry.WriteHeader(header, kind, session, sequence, acknowledged, payload.Length);
        _bytes.AddRange(header);
        _bytes.AddRange(payload);
        return this;
    }

    public Value At(LogTime time) => new(ValueKind.Commands, time, _bytes.ToArray());
}
