using System.Globalization;

namespace PaxosSM.Simulation.Tests.TestKits;

/// <summary>A good machine that uses all there is: what is counted is forgotten an hour later, and the leader is known.
/// The flags make it bad.</summary>
internal sealed class RichMachine(bool forgetsLeader = false, bool forgetsDigest = false, bool timesItself = false)
    : TallyMachine, ITimedStateMachine, IDigestibleStateMachine, IViewObserver
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private string _leader = "nobody";
    private LogTime _due = LogTime.Never;

    public RichMachine()
        : this(forgetsLeader: false)
    {
    }

    public ulong Digest { get; private set; }

    public void OnTimer(in CommandContext context, long id)
    {
        Counts.Remove(Text(id));
        Digest = (Digest * 31) + (ulong)id;
    }

    public void OnView(in CommandContext context, ClusterView view) => _leader = view.Leader;

    protected override string Do(in CommandContext context, string command)
    {
        if (timesItself && context.Time > _due)
        {
            Counts.Clear();
        }

        var name = Text(command.Length);
        var done = base.Do(context, name);
        context.Timers.Set(command.Length, context.Time.Add(Life));
        _due = context.Time;
        Digest = (Digest * 31) + (ulong)command.Length;
        return $"{done} under {_leader}";
    }

    protected override string Save() =>
        $"{(forgetsDigest ? 0 : Digest)}|{(forgetsLeader ? "" : _leader)}|{base.Save()}";

    protected override void Load(string saved)
    {
        var parts = saved.Split('|', 3);
        Digest = ulong.Parse(parts[0], CultureInfo.InvariantCulture);
        _leader = parts[1];
        base.Load(parts[2]);
    }
}
