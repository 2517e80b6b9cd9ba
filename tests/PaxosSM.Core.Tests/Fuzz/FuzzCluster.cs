using PaxosSM.Messages;

namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>A few cores, the network between them, their clients, and time.</summary>
internal sealed class FuzzCluster
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly List<FuzzNode> _nodes = [];
    private readonly HashSet<(NodeId From, NodeId To)> _cut = [];
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _open = [];
    private readonly Dictionary<(NodeId From, NodeId To), long> _lastArrival = [];
    private readonly List<(int Node, long Id)> _given = [];
    private long _order;
    private long _command;

    public FuzzCluster(FuzzPlan plan, SeededRandom random)
    {
        Plan = plan;
        Random = random;
        List<Member> members = [];
        for (var index = 0; index < plan.Layout.Length; index++)
        {
            members.Add(new(new((ushort)index), $"node{index}", $"node{index}", plan.Layout[index], default));
        }

        Configuration = new(Epoch.First, members);
        var quorums = new ReplicaContext(new(7), members[0].Id, 1, Configuration, plan.Options, 1).Quorums;
        Checks = new(Configuration, quorums);
        var damaged = quorums.FaultsTolerated;
        foreach (var member in members)
        {
            _nodes.Add(new(this, member.Id, (member.Roles & MemberRoles.Acceptor) != 0 && damaged-- > 0));
        }
    }

    public FuzzPlan Plan { get; }

    public SeededRandom Random { get; }

    public Configuration Configuration { get; }

    public FuzzChecks Checks { get; }

    public FuzzTrace Trace { get; } = new();

    public IReadOnlyList<FuzzNode> Nodes => _nodes;

    /// <summary>True time, in microseconds.</summary>
    public long Now { get; private set; }

    /// <summary>Whether messages get lost, doubled and late.</summary>
    public bool Chaotic { get; set; }

    public int OpenCommands => _open.Count;

    /// <summary>How many commands given to the node in particular have not been applied there.</summary>
    public int OpenAt(int node) => _given.Count(given => given.Node == node && !Checks.IsDone(given.Id));

    public FuzzNode Find(NodeId id) => _nodes[id.Value];

    public void After(long delay, Action action) => _events.Enqueue(action, (Now + Math.Max(0, delay), _order++));

    public void StartAll()
    {
        foreach (var node in _nodes.Where(node => node.Core is null))
        {
            node.Start(0);
        }
    }

    public void Run(TimeSpan span)
    {
        var end = Now + (long)span.TotalMicroseconds;
        while (_events.TryPeek(out var action, out var when) && when.At <= end)
        {
            _events.Dequeue();
            Now = when.At;
            action();
        }

        Now = end;
    }

    /// <returns>How long it took; null when it did not come true in time.</returns>
    public TimeSpan? RunUntil(Func<bool> condition, TimeSpan limit)
    {
        var start = Now;
        while (!condition())
        {
            if (Now - start > (long)limit.TotalMicroseconds)
            {
                return null;
            }

            Run(TimeSpan.FromMilliseconds(10));
        }

        return TimeSpan.FromMicroseconds(Now - start);
    }

    public bool IsOpen(NodeId from, NodeId to) => !_cut.Contains((from, to));

    public void Cut(NodeId from, NodeId to) => _cut.Add((from, to));

    public void CutBoth(int one, int other)
    {
        Cut(_nodes[one].Id, _nodes[other].Id);
        Cut(_nodes[other].Id, _nodes[one].Id);
    }

    public void HealAll() => _cut.Clear();

    public void Send(NodeId from, NodeId to, Message message)
    {
        if (!IsOpen(from, to))
        {
            return;
        }

        if (Chaotic && Random.Below(100) < Plan.LossPercent)
        {
            return;
        }

        var at = Now + Delay();
        if (!Chaotic || Plan.KeepsOrder)
        {
            at = Math.Max(at, _lastArrival.GetValueOrDefault((from, to)));
            _lastArrival[(from, to)] = at;
        }

        After(at - Now, () => Arrive(from, to, message));
        if (Chaotic && Random.Below(100) < Plan.DuplicatePercent)
        {
            After(Delay() + Random.Below(50_000), () => Arrive(from, to, message));
        }
    }

    /// <summary>A new command, sent to some node again and again until it is applied somewhere.</summary>
    public void SubmitNew(FuzzNode? at = null)
    {
        var id = ++_command;
        var payload = new byte[Random.Below(Plan.CommandBytesMax)];
        var entry = new byte[CommandEntry.HeaderSize + payload.Length];
        CommandEntry.WriteHeader(entry, EntryKind.Command, new(1), id, 0, payload.Length);
        Checks.OnSubmitted(id);
        _open[id] = entry;
        if (at is not null)
        {
            _given.Add((at.Id.Value, id));
        }

        Offer(id, at);
    }

    private void Offer(long id, FuzzNode? at)
    {
        if (Checks.IsDone(id))
        {
            _open.Remove(id);
            return;
        }

        (at ?? _nodes[(int)Random.Below(_nodes.Count)]).Submit(_open[id]);
        After(250_000 + Random.Below(100_000), () => Offer(id, at));
    }

    private long Delay()
    {
        var kind = Random.Below(100);
        if (Chaotic && kind < Plan.LatePercent)
        {
            return Random.Below(1_500_000);
        }

        return kind < 85 ? 100 + Random.Below(900) : Random.Below(Chaotic ? 20_000 : 3_000);
    }

    private void Arrive(NodeId from, NodeId to, Message message)
    {
        if (IsOpen(from, to))
        {
            Find(to).Post(new Received(from, message));
        }
    }
}
