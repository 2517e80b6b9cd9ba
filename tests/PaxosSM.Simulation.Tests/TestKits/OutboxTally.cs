using System.Buffers;
using System.Text;

namespace PaxosSM.Simulation.Tests.TestKits;

/// <summary>Tells of every name through its outbox, and can take back: "x" is an effect for x, "-x" acknowledges the
/// oldest one for x.</summary>
internal sealed class OutboxTally : TallyMachine, IOptimisticStateMachine, IOutboxStateMachine
{
    private readonly UndoJournal _journal = new();
    private readonly Outbox _outbox;

    public OutboxTally() => _outbox = new(new() { EntriesMax = 5 }, _journal);

    public void Mark(Slot slot) => _journal.Mark(slot);

    public void Confirm(Slot slot) => _journal.Confirm(slot);

    public void Rollback(Slot to) => _journal.Rollback();

    public IReadOnlyList<string> OutboxDestinations(int destinationsMax, string after) =>
        _outbox.Destinations(destinationsMax, after);

    public IReadOnlyList<OutboxEntry> ReadOutbox(string destination, int entriesMax, long bytesMax) =>
        _outbox.Read(destination, entriesMax, bytesMax);

    public void Acknowledge(in CommandContext context, string destination, in OutboxToken through) =>
        _ = _outbox.Acknowledge(destination, in through);

    public override void Apply(
        in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        if (!OutboxRequests.TryApply(this, in context, in command))
        {
            base.Apply(in context, command, result);
        }
    }

    public override void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        if (!OutboxRequests.TryQuery(this, in query, result))
        {
            base.Query(in context, query, result);
        }
    }

    protected override string Do(in CommandContext context, string command)
    {
        if (!command.StartsWith('-'))
        {
            return _outbox.TryAdd(in context, command, Encoding.UTF8.GetBytes(command), out var token, out var refusal)
                ? token.ToString()
                : refusal;
        }

        return _outbox.Read(command[1..], 1, 1) is [var oldest]
            ? Text(_outbox.Acknowledge(oldest.Destination, oldest.Token))
            : "nothing";
    }

    protected override string Count(string name) => Text(_outbox.Read(name, 9, 99).Count);

    protected override string Save()
    {
        ArrayBufferWriter<byte> saved = new();
        _outbox.Save(saved);
        return Convert.ToBase64String(saved.WrittenSpan);
    }

    protected override void Load(string saved) => _outbox.Load(Convert.FromBase64String(saved));
}
