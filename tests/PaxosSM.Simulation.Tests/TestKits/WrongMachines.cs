using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace PaxosSM.Simulation.Tests.TestKits;

internal sealed class ReadsTheClock : TallyMachine
{
    protected override string Do(in CommandContext context, string command) =>
        base.Do(context, command) + " at " + Text(DateTime.UtcNow.Ticks);
}

internal sealed class CountsInAStaticField : TallyMachine
{
    private static long _applied;

    protected override string Do(in CommandContext context, string command) =>
        base.Do(context, command) + " of " + Text(++_applied);
}

internal sealed class FormatsByCulture : TallyMachine
{
    protected override string Do(in CommandContext context, string command) =>
        string.Create(CultureInfo.CurrentCulture, $"{Counts.GetValueOrDefault(command) * 0.5:F1}")
            + base.Do(context, command);
}

internal sealed class DependsOnTheThread : TallyMachine
{
    protected override string Do(in CommandContext context, string command) =>
        base.Do(context, command) + " by " + Text(Environment.CurrentManagedThreadId);
}

internal sealed class ThrowsAtSomething : TallyMachine
{
    protected override string Do(in CommandContext context, string command) => command.Contains("bad")
        ? throw new InvalidOperationException("cannot do that")
        : base.Do(context, command);
}

internal sealed class KeepsTheCommand : TallyMachine
{
    private ReadOnlySequence<byte> _last;

    public override void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        base.Apply(context, command, result);
        Encoding.UTF8.GetBytes(" after " + Encoding.Latin1.GetString(_last), result);
        _last = command;
    }
}

internal sealed class ReadsOneSegment : TallyMachine
{
    public override void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result) =>
        Encoding.UTF8.GetBytes(Do(context, Encoding.UTF8.GetString(command.FirstSpan)), result);
}

internal sealed class SkipsBytesOfItsResult : TallyMachine
{
    public override void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        result.GetSpan(4)[0] = (byte)command.Length;
        result.Advance(4);
    }
}

internal sealed class ForgetsAField : TallyMachine
{
    private long _applied;

    protected override string Do(in CommandContext context, string command) =>
        base.Do(context, command) + " of " + Text(++_applied);
}

internal sealed class AddsWhatItRestores : TallyMachine
{
    protected override void Load(string saved) => AddAll(saved);
}

internal sealed class ShowsItsLiveState : TallyMachine
{
    public override ISnapshotWriter BeginSnapshot() => new Live(this);

    private sealed class Live(ShowsItsLiveState machine) : ISnapshotWriter
    {
        public ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken) =>
            destination.WriteAsync(Encoding.UTF8.GetBytes(machine.Save()), cancellationToken);

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}

internal sealed class CountsItsSnapshots : TallyMachine
{
    private long _snapshots;

    protected override string Do(in CommandContext context, string command) =>
        base.Do(context, command) + " of " + Text(_snapshots);

    protected override string Save()
    {
        _snapshots++;
        return base.Save();
    }
}

internal sealed class SavesInTheOrderOfItsTable : TallyMachine
{
    private readonly Dictionary<string, long> _table = [];

    protected override string Do(in CommandContext context, string command)
    {
        _ = command.StartsWith('-') ? _table.Remove(command[1..]) : _table.TryAdd(command, 1);
        return Text(_table.Count);
    }

    protected override string Save() => Lines(_table);

    protected override void Load(string saved)
    {
        _table.Clear();
        foreach (var line in saved.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _table.Add(line[..line.IndexOf('=')], 1);
        }
    }
}

internal sealed class ReadsItsSnapshotAtOnce : TallyMachine
{
    public override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var bytes = new byte[1 << 16];
        var length = await snapshot.ReadAtLeastAsync(bytes, 1, throwOnEndOfStream: false, cancellationToken);
        Load(Encoding.UTF8.GetString(bytes.AsSpan(0, length)));
    }
}

internal sealed class RemembersAQuery : TallyMachine
{
    protected override string Count(string name)
    {
        Counts.TryAdd(name, 0);
        return base.Count(name);
    }
}

internal sealed class CountsItsQueries : TallyMachine
{
    private long _queries;

    protected override string Do(in CommandContext context, string command) =>
        base.Do(context, command) + " of " + Text(_queries);

    protected override string Count(string name)
    {
        _queries |= 1;
        return base.Count(name);
    }
}

internal sealed class AnswersInTurn : TallyMachine
{
    private bool _odd;

    protected override string Count(string name) => base.Count(name) + ((_odd = !_odd) ? "." : "!");
}

internal sealed class RemembersOutsideWhatItDid : TallyMachine
{
    private static readonly HashSet<(LogTime, Slot, SessionId, long)> Seen = [];

    public static void Forget() => Seen.Clear();

    protected override string Do(in CommandContext context, string command) =>
        Seen.Add((context.Time, context.Slot, context.Session, context.Sequence))
            ? base.Do(context, command) : "done before";
}

internal sealed class AnswersWithAHashCode : TallyMachine
{
    protected override string Do(in CommandContext context, string command) =>
        Text(command.GetHashCode(StringComparison.Ordinal));
}

internal sealed class SavesInTheOrderOfHashCodes : TallyMachine
{
    protected override string Save() => Lines(Counts.ToImmutableDictionary());
}
