using System.Collections.Concurrent;
using PaxosSM.Election;
using PaxosSM.Messages;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime;

/// <summary>Everything that one node does on its loop: pump the groups that have something to do, tick them all, and
/// run the failure detector. Without a thread of its own: see <see cref="NodeLoop"/>.</summary>
/// <remarks><see cref="Run"/> and <see cref="Add"/> belong to the loop (or come before it starts); everything else may
/// be called from any thread.</remarks>
public sealed class NodePump
{
    /// <summary>How often groups are told the time that don't rest.</summary>
    public static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(10);

    // Nobody but the failure detector needs the time then.
    private static readonly TimeSpan RestingTickInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RelieveInterval = TimeSpan.FromSeconds(1);

    private const int HostMessagesMax = 4096;
    private static readonly TimeSpan LogStallMax = TimeSpan.FromSeconds(1);

    private readonly NodePumpSettings _settings;
    private readonly FailureDetector _detector;
    private readonly ConcurrentDictionary<GroupId, ReplicaDriver> _groups = new();
    private readonly AwakeGroups _awake = new();
    private readonly ConcurrentQueue<ReplicaDriver> _ready = new();
    private readonly ConcurrentQueue<(NodeId From, Message Message)> _host = new();
    private readonly HashSet<NodeId> _connected = [];
    private IReadOnlyList<NodeId> _members;
    private volatile IReadOnlyList<NodeId>? _nextMembers;
    private bool _failed;
    private Instant _tickedAt = new(long.MinValue / 2);
    private Instant _relievedAt = new(long.MinValue / 2);

    /// <summary>A pump without groups yet.</summary>
    public NodePump(NodePumpSettings settings, Instant now)
    {
        _settings = settings;
        _members = settings.Members;
        _detector = new(settings.Self, settings.Members, settings.Detector, now);
    }

    /// <summary>Called, from any thread, when <see cref="Run"/> has something to do.</summary>
    public event Action? Woken;

    /// <summary>Takes a group in. Its driver's wake must be <see cref="Wake"/>.</summary>
    /// <exception cref="ArgumentException">The group is here already.</exception>
    public void Add(ReplicaDriver driver)
    {
        if (!_groups.TryAdd(driver.Group, driver))
        {
            throw new ArgumentException($"{driver.Group} is here already", nameof(driver));
        }

        Wake(driver);
    }

    /// <summary>Lets a group go: nothing of it is pumped or received any more once this returns and the round under way
    /// has ended.</summary>
    public void Remove(GroupId group)
    {
        if (_groups.TryRemove(group, out var driver))
        {
            driver.Leave();
            Wake(driver);
        }
    }

    /// <summary>The members changed, of whatever group's epochs; the loop takes it up with its next tick.</summary>
    public void SetMembers(IReadOnlyList<NodeId> members) => _nextMembers = members;

    /// <summary>A group has something to pump.</summary>
    public void Wake(ReplicaDriver driver)
    {
        _ready.Enqueue(driver);
        Woken?.Invoke();
    }

    /// <summary>Takes a message from the transport; completes when its group keeps up.</summary>
    public ValueTask OnMessageAsync(NodeId from, GroupId group, Epoch epoch, Message message)
    {
        if (group == GroupId.Host)
        {
            // Signs of life come again; a peer that floods with them must not fill this node's memory.
            if (_host.Count < HostMessagesMax)
            {
                _host.Enqueue((from, message));
                Woken?.Invoke();
            }

            return default;
        }

        var known = _groups.TryGetValue(group, out var driver);
        return known && !(IsVote(message) && _settings.IsStranger(group, from))
            ? driver!.PostAsync(from, epoch, message)
            : default;
    }

    /// <summary>Does what there is to do.</summary>
    /// <returns>When to run again, at the latest.</returns>
    public Instant Run(Instant now, LogTime wall)
    {
        while (_host.TryDequeue(out var received))
        {
            OnHostMessage(received.From, received.Message, now);
        }

        if (now - _tickedAt >= TickInterval)
        {
            _tickedAt = now;
            Tick(now, wall);
        }

        for (var ready = _ready.Count; ready > 0 && _ready.TryDequeue(out var driver); ready--)
        {
            driver.Pump(now);
            _awake.Note(driver);
        }

        _settings.Transport.Flush();
        return _ready.IsEmpty ? _tickedAt + (_awake.Count == 0 ? RestingTickInterval : TickInterval) : now;
    }

    // R13: a node whose storage is not the one listed has no vote, whatever it says.
    private static bool IsVote(Message message) =>
        message is Promise or SyncAccepted or Accepted or HeartbeatAck or VotesReply or CanvassReply
            or EpochStarted;

    private void OnHostMessage(NodeId from, Message message, Instant now)
    {
        if (message is Alive alive)
        {
            _detector.On(from, alive, now);
        }
        else
        {
            _settings.OnHostMessage(from, message);
        }
    }

    private void Tick(Instant now, LogTime wall)
    {
        if (Interlocked.Exchange(ref _nextMembers, null) is { } members)
        {
            _members = members;
            _detector.SetMembers(members, now);
        }

        WatchConnections();
        var healthy = _settings.Log.Failure is null && !(_settings.Log.Stall is { } stall && stall.For > LogStallMax);
        var alive = _detector.OnTick(now, healthy, out var changed);
        if (alive is not null)
        {
            Tell(alive);
        }

        RelieveLog(now);
        _awake.Ring(now, wall);
        var failed = _settings.Log.Failure is not null && !_failed;
        _failed |= failed;
        var everybody = changed || failed;
        var heard = everybody || alive is not null ? new Reachable(_detector.Hears, healthy) : null;
        if (everybody)
        {
            // Whoever rests must know, too: it may have to look for a leader, or to halt.
            TellResting(heard!, failed, now, wall);
        }

        foreach (var driver in _awake.All)
        {
            if (heard is not null)
            {
                driver.Post(heard);
            }

            driver.Tick(now, wall);
        }
    }

    // R25: a group that rests, and never applied enough for a snapshot, would hold the log for all others.
    private void RelieveLog(Instant now)
    {
        if (_settings.Log.Holders is not { Count: > 0 } holders || now - _relievedAt < RelieveInterval)
        {
            return;
        }

        _relievedAt = now;
        foreach (var group in holders)
        {
            if (_groups.TryGetValue(group, out var driver))
            {
                driver.RelieveLog();
            }
        }
    }

    private void TellResting(Reachable heard, bool failed, Instant now, LogTime wall)
    {
        foreach (var (_, driver) in _groups)
        {
            if (driver.Place >= 0)
            {
                continue;
            }

            driver.Post(heard);
            if (failed)
            {
                driver.Tick(now, wall);
            }
        }
    }

    // A broken connection is the first sign of a dead process, long before its silence is; an error is corrected by its
    // next sign of life.
    private void WatchConnections()
    {
        foreach (var member in _members)
        {
            if (member == _settings.Self)
            {
                continue;
            }

            if (_settings.Transport.StatusOf(member).Connected)
            {
                _connected.Add(member);
            }
            else if (_connected.Remove(member))
            {
                _detector.OnRefused(member);
            }
        }
    }

    private void Tell(Alive alive)
    {
        foreach (var member in _members)
        {
            if (member != _settings.Self)
            {
                _settings.Transport.Send(member, GroupId.Host, Epoch.First, alive);
            }
        }
    }
}

/// <summary>What a node's pump works with.</summary>
public sealed record NodePumpSettings
{
    /// <summary>This node.</summary>
    public required NodeId Self { get; init; }

    /// <summary>The members at first, this node among them.</summary>
    public required IReadOnlyList<NodeId> Members { get; init; }

    /// <summary>The way to the others.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>The host's log: its health is the node's (R22).</summary>
    public required IDurableLog Log { get; init; }

    /// <summary>The failure detector's settings.</summary>
    public FailureDetectorOptions Detector { get; init; } = new();

    /// <summary>Whether a member came with a storage that is not the one that the group lists: its votes don't count
    /// there (R13). Any thread.</summary>
    public Func<GroupId, NodeId, bool> IsStranger { get; init; } = (_, _) => false;

    /// <summary>Takes host messages that are not the failure detector's: genesis. On the loop.</summary>
    public Action<NodeId, Message> OnHostMessage { get; init; } = (_, _) => { };
}
