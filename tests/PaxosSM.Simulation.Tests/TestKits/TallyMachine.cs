using System.Buffers;
using System.Globalization;
using System.Text;

namespace PaxosSM.Simulation.Tests.TestKits;

/// <summary>Counts by name: "x" adds one to x and answers with the count, "-x" forgets x. A good machine; others go
/// wrong in one place.</summary>
internal class TallyMachine : IStateMachine
{
    protected SortedDictionary<string, long> Counts { get; private set; } = new(StringComparer.Ordinal);

    public virtual void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result) =>
        Encoding.UTF8.GetBytes(Do(context, Encoding.UTF8.GetString(command)), result);

    public virtual void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        Encoding.UTF8.GetBytes(Count(Encoding.UTF8.GetString(query)), result);

    public virtual ISnapshotWriter BeginSnapshot() => new Captured(Encoding.UTF8.GetBytes(Save()));

    public virtual async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(snapshot, Encoding.UTF8, leaveOpen: true);
        Load(await reader.ReadToEndAsync(cancellationToken));
    }

    protected virtual string Do(in CommandContext context, string command)
    {
        if (command.StartsWith('-'))
        {
            return Counts.Remove(command[1..]) ? "forgotten" : "unknown";
        }

        Counts[command] = Counts.GetValueOrDefault(command) + 1;
        return Text(Counts[command]);
    }

    protected virtual string Count(string name) => Text(Counts.GetValueOrDefault(name));

    protected virtual string Save() => Lines(Counts);

    protected virtual void Load(string saved)
    {
        Counts = new(StringComparer.Ordinal);
        AddAll(saved);
    }

    protected void AddAll(string saved)
    {
        foreach (var line in saved.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Counts[line[..line.LastIndexOf('=')]] = long.Parse(
                line[(line.LastIndexOf('=') + 1)..], CultureInfo.InvariantCulture);
        }
    }

    protected static string Lines(IEnumerable<KeyValuePair<string, long>> counts) =>
        string.Concat(counts.Select(count => $"{count.Key}={Text(count.Value)}\n"));

    protected static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    protected sealed class Captured(ReadOnlyMemory<byte> bytes) : ISnapshotWriter
    {
        public ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken) =>
            destination.WriteAsync(bytes, cancellationToken);

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
