using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Tracing;
using PaxosSM.Testing.Traces;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>A trace of three replicas, written by hand: as it should be, or with something wrong in it.</summary>
internal sealed class TraceScript
{
    public static readonly uint Skip = new Value(ValueKind.Skip, LogTime.Zero, default).Checksum;
    private readonly Dictionary<int, (uint Life, long Sequence)> _lives = [];
    private readonly List<TraceEvent> _events = [];
    private readonly Dictionary<int, (Slot Applied, ulong Chain)> _applied = [];
    private readonly Dictionary<int, Epoch> _epochs = [];

    public static Configuration Members { get; } = new(
        Epoch.First,
        [.. Enumerable.Range(0, 3).Select(number => new Member(
            new((ushort)number), $"{number}", string.Empty, MemberRoles.All, StorageId.None))]);

    public IReadOnlyList<TraceEvent> Events => _events;

    /// <summary>All started for the first time.</summary>
    public static TraceScript Begun() => new TraceScript().Start(0).Start(1).Start(2);

    /// <summary>Node 0 leads with <c>B(1)</c>; the view at slot 1 is chosen by nodes 0 and 1, node 2 has only
    /// promised.</summary>
    public static TraceScript Led() => Begun()
        .TakeOver(B(1, 0), 0, Ballot.None, [0, 1, 2], 1001)
        .VoteSync(B(1, 0), 0, [1001], 0, 1)
        .Count(B(1, 0), Lane.Sync, 1)
        .Apply(1, 1001, 0, 1);

    /// <summary>Its stop, with a checksum of 22, is chosen at slot 2, and these begin the next epoch.</summary>
    public static TraceScript Ended(params int[] nodes) => Led().Choose(2, 22).Enter(2, 22, nodes);

    /// <summary>Node 0 leads in the second epoch, with the ballot that it led with in the first; its view is at slot
    /// 3.</summary>
    public static TraceScript LedAgain() => Ended(0, 1)
        .TakeOver(B(1, 0), 2, Ballot.None, [0, 1], 1003)
        .VoteSync(B(1, 0), 2, [1003], 0, 1)
        .Count(B(1, 0), Lane.Sync, 3)
        .Apply(3, 1003, 0, 1);

    public static EpochStart Next(long at, uint digest, uint epoch = 2) =>
        new(new(at), digest, new(new(epoch), Members.Members));

    public static Ballot B(long round, int node, uint life = 1) => new(round, new((ushort)node), life);

    public static View Deal(Ballot ballot, long start) =>
        new(ballot, new(start), [new(ballot.Proposer, ballot.Incarnation)]);

    public TraceScript Tell(int node, ProtocolEvent happened)
    {
        var (life, sequence) = _lives.GetValueOrDefault(node, (1u, 0L));
        _lives[node] = (life, sequence + 1);
        _epochs[node] = happened is EpochBegan began
            ? began.Start.Epoch
            : _epochs.GetValueOrDefault(node, Epoch.First);
        TraceOrigin origin = new(_epochs[node], new((ushort)node), life);
        _events.Add(new(sequence + 1, _events.Count, GroupId.Default, origin, happened));
        return this;
    }

    /// <summary>A node tells something of an epoch that it may not have begun.</summary>
    public TraceScript TellIn(uint epoch, int node, ProtocolEvent happened)
    {
        _epochs[node] = new(epoch);
        return Tell(node, happened);
    }

    /// <summary>These begin an epoch.</summary>
    public TraceScript Enter(long at, uint digest, params int[] nodes)
    {
        foreach (var node in nodes)
        {
            Tell(node, new EpochBegan(Next(at, digest), MemberRoles.All));
        }

        return this;
    }

    /// <summary>A life begins: in the first epoch, or in one that it reads back.</summary>
    public TraceScript Start(
        int node, AcceptorMemory? memory = null, long frontier = 0, EpochStart? epoch = null)
    {
        var life = _lives.TryGetValue(node, out var known) ? known.Life + 1 : 1;
        _lives[node] = (life, 0);
        _applied[node] = default;
        _epochs[node] = Epoch.First;
        if (epoch is not null)
        {
            Tell(node, new EpochBegan(epoch, MemberRoles.All));
        }

        return Tell(node, new Started(life, MemberRoles.All, memory ?? new(), new(frontier)));
    }

    public TraceScript Promise(Ballot ballot, params int[] nodes)
    {
        foreach (var node in nodes)
        {
            Tell(node, new PromiseMade(ballot));
        }

        return this;
    }

    /// <summary>Stands, gathers promises, and takes over.</summary>
    public TraceScript TakeOver(Ballot ballot, long c, Ballot adopted, int[] promises, params uint[] checksums)
    {
        var node = ballot.Proposer.Value;
        return Tell(node, new Standing(ballot)).Promise(ballot, promises)
            .Tell(node, Taken(ballot, c, adopted, promises, checksums));
    }

    public static TakenOver Taken(Ballot ballot, long c, Ballot adopted, int[] promises, params uint[] checksums) =>
        new(ballot, new(c), adopted, Deal(ballot, c + checksums.Length + 1))
        {
            Promises = [.. promises.Select(promise => new NodeId((ushort)promise))],
            Checksums = checksums,
        };

    public TraceScript VoteSync(Ballot ballot, long c, uint[] checksums, params int[] nodes)
    {
        foreach (var node in nodes)
        {
            Tell(node, new SyncVoted(ballot, new(c), Deal(ballot, c + checksums.Length + 1), checksums));
        }

        return this;
    }

    public TraceScript Propose(Ballot ballot, long slot, uint checksum) =>
        Tell(ballot.Proposer.Value, new Proposed(ballot, new(slot), checksum));

    public TraceScript Vote(Ballot ballot, long slot, uint checksum, long chosenThrough, params int[] nodes)
    {
        foreach (var node in nodes)
        {
            Tell(node, new SlotVoted(ballot, new(slot), checksum, new(chosenThrough)));
        }

        return this;
    }

    public TraceScript Count(Ballot ballot, Lane lane, long through) =>
        Tell(ballot.Proposer.Value, new Counted(new(ballot, lane, new(through))));

    public TraceScript Apply(long slot, uint checksum, params int[] nodes)
    {
        foreach (var node in nodes)
        {
            var chain = (_applied.GetValueOrDefault(node).Chain * 31) + checksum;
            _applied[node] = (new(slot), chain);
            Tell(node, new FrontierMoved(new(slot))).Tell(node, new Applied(new(slot), checksum, chain));
        }

        return this;
    }

    /// <summary>Node 0 proposes in its first reign, nodes 0 and 1 vote, apply.</summary>
    public TraceScript Choose(long slot, uint checksum) => Propose(B(1, 0), slot, checksum)
        .Vote(B(1, 0), slot, checksum, slot - 1, 0, 1)
        .Count(B(1, 0), default, slot)
        .Apply(slot, checksum, 0, 1);

    /// <summary>Judges the script, by all rules or by the ones named.</summary>
    public TraceViolation? Check(params string[] rules)
    {
        TraceChecker checker = rules.Length == 0
            ? new(GroupId.Default, Members)
            : new(GroupId.Default, Members, rules);
        foreach (var traced in _events)
        {
            _ = checker.On(in traced);
        }

        return checker.Violation;
    }

    /// <summary>The last event, and no earlier one, must break the rule.</summary>
    public void Breaks(string rule, params string[] judges)
    {
        var violation = Check(judges);
        Assert.NotNull(violation);
        Assert.Equal(rule, violation.Rule);
        Assert.Equal(_events[^1], violation.At);
    }

    public void Passes() => Assert.Null(Check());
}
