using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime;

/// <summary>Keeps a replica's state for people, and for threads beside the loop.</summary>
internal sealed class StatusBoard
{
    private readonly Succession _core;
    private readonly ReplicaPorts _ports;
    private IReadOnlyList<MemberStatus> _members = [];
    private volatile ReplicaStatus _current;
    private volatile string? _halted;
    private DateTimeOffset _leaderSince;

    public StatusBoard(Succession core, ReplicaPorts ports)
    {
        _core = core;
        _ports = ports;
        _leaderSince = ports.Clock.GetUtcNow();
        _current = Build();
    }

    public ReplicaStatus Current => _current;

    public string? Halted => _halted;

    /// <summary>The last digests taken; the loop's own.</summary>
    public DigestTaken? Digest { get; set; }

    public bool KnowsLeader => _current.Leader != NodeId.None;

    public void OnLeader(LeaderChanged changed)
    {
        _leaderSince = _ports.Clock.GetUtcNow();
        _current = _current with { Leader = changed.Leader, Ballot = changed.Ballot, LeaderSince = _leaderSince };
    }

    /// <summary>Another epoch began: nobody leads yet.</summary>
    public void OnEpoch()
    {
        _leaderSince = _ports.Clock.GetUtcNow();
        Refresh();
    }

    /// <returns>Whether it had not halted before.</returns>
    public bool Halt(string why)
    {
        if (_halted is not null)
        {
            return false;
        }

        _halted = why;
        _current = _current with { Halted = why };
        return true;
    }

    public void Refresh() => _current = Build();

    private ReplicaStatus Build()
    {
        var replica = _core.Replica;
        var lanes = replica.Lanes;
        return new(
            _core.Context.Self,
            replica.LeaderNode,
            replica.Leader,
            _leaderSince,
            replica.Frontier,
            _ports.Execution.Applied,
            replica.SnapshotThrough,
            replica.TrimmedTo,
            Members(_core.Context.Configuration.Members),
            Digest,
            _halted,
            Waiting(lanes))
        {
            IsDrained = _core.Context.Drained,
            Lanes = lanes,
            Rests = _core.Rests,
            RetainedBytes = replica.RetainedBytes,
            Epoch = _core.Start,
            IsHandedOver = _core.IsHandedOver,
            Roles = _core.IsMember ? _core.Context.Own : MemberRoles.None,
        };
    }

    // Most looks find what the last one found.
    private IReadOnlyList<MemberStatus> Members(IReadOnlyList<Member> members)
    {
        var known = _members.Count == members.Count;
        for (var index = 0; known && index < members.Count; index++)
        {
            known = IsAsBefore(_members[index], members[index]);
        }

        return known ? _members : _members = [.. members.Select(Describe)];
    }

    private bool IsAsBefore(MemberStatus before, Member member) =>
        before.Member == member && before.Reachable == _core.Context.Hears(member.Id)
        && before.Detail == DetailOf(member);

    private string DetailOf(Member member) =>
        member.Id == _core.Context.Self ? "this node" : _ports.Transport.StatusOf(member.Id).Detail;

    private MemberStatus Describe(Member member)
    {
        var reachable = _core.Context.Hears(member.Id);
        var before = _members.FirstOrDefault(known => known.Member.Id == member.Id);
        var since = before?.Reachable == reachable ? before.Since : _ports.Clock.GetUtcNow();
        return new(member, reachable, since, DetailOf(member));
    }

    private string Waiting(IReadOnlyList<LaneState> lanes)
    {
        if (!_core.IsMember)
        {
            return $"this node is no member of {_core.Start}: it serves nobody, and may be stopped";
        }

        if (_ports.Log.Stall is { } stall)
        {
            return $"the log has waited {stall.For.TotalSeconds:F1} s: {stall.Why}";
        }

        var replica = _core.Replica;
        if (replica.DrainObstacle.Length > 0)
        {
            return $"this node is drained, and leads: {replica.DrainObstacle}";
        }

        var next = replica.Frontier.Next;
        if (_core.Ahead is { } ahead)
        {
            return $"{ahead} has begun elsewhere; {next} is to be learned here";
        }

        if (replica.Leader == Ballot.None)
        {
            return "no leader";
        }

        if (replica.KnownChosen > replica.Frontier)
        {
            return $"{next} is chosen and not here yet (of {replica.KnownChosen})";
        }

        foreach (var lane in lanes)
        {
            if (lane.IsAwaited && lane.Owner.Node != _core.Context.Self)
            {
                return $"{next} waits for {_core.Context.Configuration.NameOf(lane.Owner.Node)}'s lane";
            }
        }

        return replica.Proposed > replica.Frontier ? $"{next} waits for votes" : string.Empty;
    }
}
