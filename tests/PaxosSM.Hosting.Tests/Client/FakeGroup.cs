using System.Buffers;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using PaxosSM.Execution;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>A group of one: the real gateway, executor and session table around a log that is a list. Nothing happens
/// but in <see cref="Pump"/>.</summary>
internal sealed class FakeGroup : IReplica, IExecution
{
    private static readonly Member[] Nodes =
    [
        new(new(0), "a", "127.0.0.1:7001", MemberRoles.All, default),
        new(new(1), "b", "127.0.0.1:7002", MemberRoles.All, default),
        new(new(2), "c", "127.0.0.1:7003", MemberRoles.All, default),
    ];

    private readonly Lock _gate = new();
    private readonly FakeTimeProvider _time;
    private readonly List<PendingQuery> _queries = [];
    private readonly Executor _executor;
    private List<ReadOnlyMemory<byte>> _proposals = [];
    private long _round = 1;
    private Configuration _members = new(Epoch.First, Nodes);

    public FakeGroup(FakeTimeProvider time, GatewayOptions? options = null)
    {
        _time = time;
        _executor = new(GroupId.Default, new(new(1), Nodes), Machine, new Relay(this));
        GatewayOptions = options ?? new();
        Gateway = NewGateway();
        Status = StatusOf(leader: new(0), reachable: 3);
    }

    public JournalMachine Machine { get; } = new();

    public GatewayOptions GatewayOptions { get; }

    public Gateway Gateway { get; private set; }

    public List<ReadRequested> Reads { get; } = [];

    public GroupId Group => GroupId.Default;

    public ReplicaStatus Status { get; set; }

    public Slot Applied { get; private set; }

    public EpochStart Began { get; set; } = EpochStart.Genesis(new(Epoch.First, []));

    public string? Failure => null;

    /// <summary>How many submissions were taken.</summary>
    public int Submissions { get; private set; }

    /// <summary>How many more submissions are told Busy.</summary>
    public int BusyLeft { get; set; }

    /// <summary>How many more submissions are lost on their way to the leader.</summary>
    public int LossesLeft { get; set; }

    /// <summary>Only submissions that end with this are lost: a copy of an earlier one may still be under
    /// way.</summary>
    public string LossesEnd { get; set; } = string.Empty;

    /// <summary>How many more submissions are taken, and refused later.</summary>
    public int LateBusyLeft { get; set; }

    /// <summary>Chooses which proposals are lost, and in which order the rest is chosen.</summary>
    public Random? Chaos { get; set; }

    public Instant Now => NodeClock(_time);

    public static Instant NodeClock(TimeProvider time) =>
        new((long)(time.GetTimestamp() * (1e6 / time.TimestampFrequency)));

    public void SetLeader(ushort? node, int reachable = 3)
    {
        _round++;
        Status = StatusOf(node is { } known ? new(known) : NodeId.None, reachable);
        lock (_gate)
        {
            // What was on its way to the old leader is lost.
            _proposals = [];
        }

        Gateway.OnTick(Now);
    }

    /// <summary>The group is wedged, or unwedged: another epoch begins (R11), what was on its way is void.</summary>
    /// <param name="wedged">Which.</param>
    /// <param name="told">Whether clients are told.</param>
    public void SetWedged(bool wedged, bool told = true)
    {
        lock (_gate)
        {
            _members = _members.InNextEpoch(wedged);
            _proposals = [];
        }

        if (told)
        {
            SetLeader(0);
        }
        else
        {
            Status = StatusOf(new(0), reachable: 3);
        }
    }

    /// <summary>The node's process starts anew; the group's state is kept by its log.</summary>
    public void RestartNode() => Gateway = NewGateway();

    public PaxosError Submit(ReadOnlyMemory<byte> entries, int count)
    {
        lock (_gate)
        {
            if (!_members.Takes(entries))
            {
                return PaxosError.Wedged;
            }

            if (Status.Leader == NodeId.None)
            {
                return PaxosError.NotLeader;
            }

            if (BusyLeft > 0)
            {
                BusyLeft--;
                return PaxosError.Busy;
            }

            Submissions++;
            if (LateBusyLeft > 0)
            {
                LateBusyLeft--;
                Gateway.OnRefused(PaxosError.Busy, Status.Leader);
                return PaxosError.None;
            }

            if (LossesLeft > 0 && entries.Span.EndsWith(Encoding.UTF8.GetBytes(LossesEnd)))
            {
                LossesLeft--;
                return PaxosError.None;
            }

            _proposals.Add(entries);
            return PaxosError.None;
        }
    }

    public void Post(Input input)
    {
        lock (_gate)
        {
            if (input is ReadRequested read)
            {
                Reads.Add(read);
            }
            else
            {
                Assert.Same(RouseRequested.Instance, input);
            }
        }
    }

    /// <summary>Applies what was proposed, and answers what may be.</summary>
    public void Pump()
    {
        List<ReadOnlyMemory<byte>> proposals;
        lock (_gate)
        {
            proposals = _proposals;
            _proposals = [];
        }

        if (Chaos is { } chaos)
        {
            proposals = [.. proposals.Where(_ => chaos.Next(10) > 0).OrderBy(_ => chaos.Next(3))];
        }

        foreach (var proposal in proposals)
        {
            ApplyNext(proposal);
        }

        Gateway.OnRoundEnd();
        RunQueries();
    }

    /// <summary>Lets the log's time pass, by a batch of nothing.</summary>
    public void Stamp(TimeSpan later) => ApplyNext(default, later);

    public void AnswerReads(
        Slot bound, PaxosError error = PaxosError.None, Instant leaseUntil = default, Epoch given = default)
    {
        List<ReadRequested> reads;
        lock (_gate)
        {
            reads = [.. Reads];
            Reads.Clear();
        }

        foreach (var read in reads)
        {
            Gateway.OnReadBound(new(read.Id, error, bound, leaseUntil) { Epoch = given });
        }
    }

    /// <summary>Runs the queries whose bound is reached.</summary>
    public void RunQueries()
    {
        List<PendingQuery> ready;
        lock (_gate)
        {
            ready = [.. _queries.Where(query => query.Bound <= Applied)];
            _queries.RemoveAll(ready.Contains);
        }

        foreach (var query in ready)
        {
            var context = new QueryContext(Applied, _executor.Time);
            var answer = new ArrayBufferWriter<byte>();
            Machine.Query(context, new(query.Query), answer);
            query.OnAnswer(context, answer.WrittenSpan);
        }
    }

    public void Query(PendingQuery query)
    {
        lock (_gate)
        {
            _queries.Add(query);
        }
    }

    public void Apply(IReadOnlyList<ChosenValue> values) => throw new NotSupportedException();

    public void Install(Slot snapshot) => throw new NotSupportedException();

    public ReplicaStatus StatusOf(NodeId leader, int reachable)
    {
        var since = new DateTimeOffset(2026, 11, 23, 12, 1, 5, TimeSpan.Zero);
        var members = Nodes.Select((node, index) => new MemberStatus(
            node, index < reachable, since, index < reachable ? string.Empty : "connection refused"));
        return new(
            new(0), leader, new(_round, new(0), 1), since, Applied, Applied, default, default, [
                .. members], null, null, string.Empty)
        {
            Epoch = new(Slot.Zero, 0, _members),
        };
    }

    private void ApplyNext(ReadOnlyMemory<byte> entries, TimeSpan later = default)
    {
        var stamp = new LogTime(
            (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).Add(
            later);
        _executor.Apply(Applied.Next, new(ValueKind.Commands, stamp, entries));
        Applied = Applied.Next;
    }

    private Gateway NewGateway()
    {
        var gateway = new Gateway(GroupId.Default, GatewayOptions, () => Now);
        gateway.Attach(this, this);
        return gateway;
    }

    /// <summary>Results go to the gateway of the node's present life.</summary>
    private sealed class Relay(FakeGroup group) : IResultSink
    {
        public void OnResult(
            SessionId session, long sequence, PaxosError error, long detail, Slot slot, ReadOnlySpan<byte> result) =>
            group.Gateway.OnResult(session, sequence, error, detail, slot, result);

        public void OnRoundEnd() => group.Gateway.OnRoundEnd();
    }
}
