using System.Buffers;
using System.Text;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>Writes down what is applied; a command's result is its text and its place.</summary>
internal sealed class JournalMachine : IStateMachine
{
    public List<string> Journal { get; } = [];

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        var text = Encoding.UTF8.GetString(command);
        Journal.Add(text);
        Encoding.UTF8.GetBytes($"{text}@{Journal.Count}", result);
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        Encoding.UTF8.GetBytes(string.Join(' ', Journal), result);

    public ISnapshotWriter BeginSnapshot() => throw new NotSupportedException();

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
