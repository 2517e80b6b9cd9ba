using System.Buffers.Binary;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>Builds batches.</summary>
internal sealed class TestBatch
{
    private readonly List<byte> _bytes = [];

    public TestBatch Open(int nonce, SessionMode mode, int window, int timeoutMilliseconds)
    {
        var payload = new byte[SessionRequest.Size];
        new SessionRequest(NonceOf(nonce), mode, window, TimeSpan.FromMilliseconds(timeoutMilliseconds)).Write(payload);
        return Add(EntryKind.OpenSession, 0, 0, 0, payload);
    }

    public TestBatch Command(long session, long sequence, long acknowledged = 0, params byte[] payload) =>
        Add(EntryKind.Command, session, sequence, acknowledged, payload);

    public TestBatch KeepAlive(long session, long sequence, long acknowledged = 0) =>
        Add(EntryKind.KeepAlive, session, sequence, acknowledged, []);

    public TestBatch Close(long session, long sequence) => Add(EntryKind.CloseSession, session, sequence, 0, []);

    public TestBatch Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public TestBatch Add(EntryKind kind, long session, long sequence, long acknowledged, byte[] payload)
    {
        var header = new byte[CommandEntry.HeaderSize];
        CommandEntry.WriteHeader(header, kind, new(session), sequence, acknowledged, payload.Length);
        _bytes.AddRange(header);
        _bytes.AddRange(payload);
        return this;
    }

    public Value At(long milliseconds) => new(ValueKind.Commands, Milliseconds(milliseconds), _bytes.ToArray());

    public static Value Skip(long milliseconds) => new(ValueKind.Skip, Milliseconds(milliseconds), default);

    public static LogTime Milliseconds(long milliseconds) => new(milliseconds * 1000);

    public static Guid NonceOf(int number)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return new(bytes);
    }
}
