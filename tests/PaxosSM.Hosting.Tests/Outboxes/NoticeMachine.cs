using System.Buffers;

namespace PaxosSM.Hosting.Tests.Outboxes;

/// <summary>Something to tell somebody.</summary>
internal sealed record Note(string To, string Text);

/// <summary>What a machine of notes saves.</summary>
internal sealed record NoticeState(long Count, byte[] Outbox);

/// <summary>Counts notes, and sends each out through its outbox.</summary>
internal sealed class NoticeMachine : StateMachine<Note, string, string, long>, IOutboxStateMachine
{
    private readonly Outbox _outbox;
    private long _count;

    public NoticeMachine()
        : this(new())
    {
    }

    public NoticeMachine(OutboxLimits limits) => _outbox = new(limits);

    public IReadOnlyList<string> OutboxDestinations(int destinationsMax, string after) =>
        _outbox.Destinations(destinationsMax, after);

    public IReadOnlyList<OutboxEntry> ReadOutbox(string destination, int entriesMax, long bytesMax) =>
        _outbox.Read(destination, entriesMax, bytesMax);

    public void Acknowledge(in CommandContext context, string destination, in OutboxToken through) =>
        _ = _outbox.Acknowledge(destination, in through);

    protected override string Apply(in CommandContext context, Note command)
    {
        var payload = System.Text.Encoding.UTF8.GetBytes(command.Text);
        if (!_outbox.TryAdd(in context, command.To, payload, out var token, out var refusal))
        {
            return refusal;
        }

        _count++;
        return token.ToString();
    }

    protected override long Query(in QueryContext context, string query) => _count;

    protected override void Save(IBufferWriter<byte> snapshot)
    {
        ArrayBufferWriter<byte> outbox = new();
        _outbox.Save(outbox);
        Serializer.Write(snapshot, new NoticeState(_count, outbox.WrittenSpan.ToArray()));
    }

    protected override void Load(ReadOnlySequence<byte> snapshot)
    {
        var state = Read<NoticeState>(snapshot);
        _count = state.Count;
        _outbox.Load(state.Outbox);
    }
}
