using PaxosSM.Messages;

namespace PaxosSM.Election;

/// <summary>The process' one failure detector, for all groups, lanes and connections (R22). Its word is advice; safety
/// never rests on it.</summary>
/// <remarks>
/// Members tell each other, at a fixed interval, that they live, whom they hear, and that their disk and loop work: a
/// node that is stuck counts as dead whatever its heartbeat does. Not safe for use by many threads.
/// </remarks>
public sealed class FailureDetector
{
    private readonly NodeId _self;
    private readonly FailureDetectorOptions _options;
    private readonly SortedDictionary<NodeId, Peer> _peers = [];
    private long _sequence;
    private Instant _toldAt = new(long.MinValue / 2);
    private bool _changed = true;

    /// <summary>A detector that gives every member the benefit of the doubt at first.</summary>
    public FailureDetector(NodeId self, IReadOnlyList<NodeId> members, FailureDetectorOptions options, Instant now)
    {
        _self = self;
        _options = options;
        foreach (var member in members)
        {
            if (member != self)
            {
                _peers[member] = new() { HeardAt = now };
            }
        }
    }

    /// <summary>The members changed; who is new gets the benefit of the doubt.</summary>
    public void SetMembers(IReadOnlyList<NodeId> members, Instant now)
    {
        foreach (var gone in _peers.Keys.Except(members).ToArray())
        {
            _peers.Remove(gone);
            _changed = true;
        }

        foreach (var member in members)
        {
            if (member != _self && _peers.TryAdd(member, new() { HeardAt = now }))
            {
                _changed = true;
            }
        }
    }

    /// <summary>The members heard of late, this node among them.</summary>
    public IReadOnlyList<NodeId> Hears => [_self, .. from peer in _peers where peer.Value.Reachable select peer.Key];

    /// <summary>A sign of life.</summary>
    public void On(NodeId from, Alive alive, Instant now)
    {
        if (_peers.TryGetValue(from, out var peer) && alive.Healthy)
        {
            peer.HeardAt = now;
            peer.Hears = alive.Hears;
            Change(peer, true);
        }
    }

    /// <summary>The connection to a member broke and can't be made again: its process is gone.</summary>
    public void OnRefused(NodeId member)
    {
        if (_peers.TryGetValue(member, out var peer))
        {
            Change(peer, false);
        }
    }

    /// <summary>Time went by.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="healthy">This node's own health.</param>
    /// <param name="changed">Whether <see cref="Hears"/> changed since the last call.</param>
    /// <returns>What to tell every other member now; null for nothing.</returns>
    public Alive? OnTick(Instant now, bool healthy, out bool changed)
    {
        foreach (var peer in _peers.Values)
        {
            Change(peer, peer.Reachable && now - peer.HeardAt < _options.SuspectAfter);
        }

        changed = _changed;
        _changed = false;
        if (now - _toldAt < _options.Interval)
        {
            return null;
        }

        _toldAt = now;
        return new(++_sequence, Hears, healthy);
    }

    /// <summary>How long a member has been silent, in its sending intervals: a level of suspicion; 0 for this
    /// node.</summary>
    public double SuspicionOf(NodeId member, Instant now) =>
        _peers.TryGetValue(member, out var peer) ? (now - peer.HeardAt) / _options.Interval : 0;

    /// <summary>Whether <paramref name="hearer"/> said of late that it hears <paramref name="heard"/>: reachability is
    /// a matter of pairs.</summary>
    public bool DoesHear(NodeId hearer, NodeId heard) => hearer == _self
        ? heard == _self || (_peers.TryGetValue(heard, out var peer) && peer.Reachable)
        : _peers.TryGetValue(hearer, out var other) && other.Reachable && other.Hears.Contains(heard);

    private void Change(Peer peer, bool reachable)
    {
        _changed |= peer.Reachable != reachable;
        peer.Reachable = reachable;
    }

    private sealed class Peer
    {
        public Instant HeardAt { get; set; }

        public bool Reachable { get; set; } = true;

        public IReadOnlyList<NodeId> Hears { get; set; } = [];
    }
}

/// <summary>The failure detector's settings.</summary>
public sealed record FailureDetectorOptions
{
    /// <summary>How often members tell each other that they live. Default 100 ms.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a silent member is borne. Default 600 ms.</summary>
    public TimeSpan SuspectAfter { get; init; } = TimeSpan.FromMilliseconds(600);
}
