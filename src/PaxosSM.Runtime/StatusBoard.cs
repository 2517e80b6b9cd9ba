namespace PaxosSM.Runtime;

/// <summary>Keeps a replica's state for people, and for threads beside the loop.</summary>
internal sealed class StatusBoard
{
    private readonly ReplicaContext _context;
    private readonly Replica _core;
    private readonly ReplicaPorts _ports;
    private readonly DateTimeOffset[] _since;
    private readonly bool[] _reachable;
    private volatile ReplicaStatus _current;
    private volatile string? _halted;
    private DateTimeOffset _leaderSince;

    public StatusBoard(ReplicaContext context, Replica core, ReplicaPorts ports)
    {
        _context = context;
        _core = core;
        _ports = ports;
        _leaderSince = ports.Clock.GetUtcNow();
        _since = new DateTimeOffset[context.Configuration.Members.Count];
        _reachable = new bool[_since.Length];
        Array.Fill(_since, _leaderSince);
        Array.Fill(_reachable, true);
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
        var members = new MemberStatus[_since.Length];
        for (var place = 0; place < members.Length; place++)
        {
            members[place] = Describe(place);
        }

        var lanes = _core.Lanes;
        return new(
            _context.Self,
            _core.LeaderNode,
            _core.Leader,
            _leaderSince,
            _core.Frontier,
            _ports.Execution.Applied,
            _core.SnapshotThrough,
            _core.TrimmedTo,
            members,
            Digest,
            _halted,
            Waiting(lanes))
        {
            Lanes = lanes,
            RetainedBytes = _core.RetainedBytes,
        };
    }

    private MemberStatus Describe(int place)
    {
        var member = _context.Configuration.Members[place];
        var reachable = _context.Hears(member.Id);
        if (reachable != _reachable[place])
        {
            _reachable[place] = reachable;
            _since[place] = _ports.Clock.GetUtcNow();
        }

        var detail = member.Id == _context.Self ? "this node" : _ports.Transport.StatusOf(member.Id).Detail;
        return new(member, reachable, _since[place], detail);
    }

    private string Waiting(IReadOnlyList<LaneState> lanes)
    {
        if (_ports.Log.Stall is { } stall)
        {
            return $"the log has waited {stall.For.TotalSeconds:F1} s: {stall.Why}";
        }

        if (_core.Leader == Ballot.None)
        {
            return "no leader";
        }

        if (_core.KnownChosen > _core.Frontier)
        {
            return $"{_core.Frontier.Next} is chosen and not here yet (of {_core.KnownChosen})";
        }

        foreach (var lane in lanes)
        {
            if (lane.IsAwaited && lane.Owner.Node != _context.Self)
            {
                return $"{_core.Frontier.Next} waits for {_context.Configuration.NameOf(lane.Owner.Node)}'s lane";
            }
        }

        return _core.Proposed > _core.Frontier ? $"{_core.Frontier.Next} waits for votes" : string.Empty;
    }
}
