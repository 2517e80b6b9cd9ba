using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>The outboxes of all groups that a node serves, and who delivers them.</summary>
/// <remarks>That is the leader, where it learns; it has no state to deliver from where it does not. Then all learners
/// do: each effect comes as often, and receivers tell repeats by the token, as ever.</remarks>
internal sealed class NodeOutboxes : IProtocolEventSink, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<GroupId, NodeId> _leaders = [];
    private readonly Dictionary<GroupId, Configuration> _members = [];
    private readonly Dictionary<GroupId, (NodeId Self, OutboxDispatcher Dispatcher)> _dispatchers = [];
    private readonly IOutboxHandler _handler;
    private readonly OutboxOptions _options;
    private readonly IOutboxObserver _events;
    private readonly TimeProvider _time;
    private readonly ClientScheduling _scheduling;

    /// <summary>No outboxes yet.</summary>
    /// <param name="handler">Takes entries to their receivers.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="events">Is told what happens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="scheduling">Where the work runs; null for the thread pool. Beside it, this is for whoever runs what
    /// is given there.</param>
    public NodeOutboxes(
        IOutboxHandler handler,
        OutboxOptions options,
        IOutboxObserver events,
        TimeProvider time,
        ClientScheduling? scheduling = null)
    {
        (_handler, _options, _events, _time) = (handler, options, events, time);
        _scheduling = scheduling ?? ClientScheduling.Pool;
    }

    /// <summary>What this node has given up.</summary>
    public IReadOnlyList<StoppedDelivery> Stopped
    {
        get
        {
            lock (_gate)
            {
                return [.. _dispatchers.Values.SelectMany(each => each.Dispatcher.Stopped)];
            }
        }
    }

    /// <summary>Delivers a group's outbox from now on.</summary>
    /// <param name="group">The group.</param>
    /// <param name="self">This node.</param>
    /// <param name="founders">The members of the group's first epoch; those of later ones are told.</param>
    /// <param name="connect">Makes a client of the group, at this node.</param>
    /// <returns>To be called when something was applied.</returns>
    public Action Add(GroupId group, NodeId self, Configuration founders, Func<IPaxosClient> connect)
    {
        OutboxDispatcher dispatcher = new(new()
        {
            Group = group,
            Self = self,
            Connect = connect,
            Handler = _handler,
            Options = _options,
            Events = _events,
            Time = _time,
            Scheduling = _scheduling,
        });
        lock (_gate)
        {
            _dispatchers.Add(group, (self, dispatcher));
            _ = _members.TryAdd(group, founders);
            Tell(group);
        }

        return dispatcher.Wake;
    }

    /// <summary>Delivers a group's outbox no more.</summary>
    public async Task RemoveAsync(GroupId group)
    {
        (NodeId Self, OutboxDispatcher Dispatcher) removed;
        bool isThere;
        lock (_gate)
        {
            _ = _leaders.Remove(group);
            _ = _members.Remove(group);
            isThere = _dispatchers.Remove(group, out removed);
        }

        if (isThere)
        {
            await removed.Dispatcher.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Delivers nothing more: those of groups that never came to run, too.</summary>
    public async ValueTask DisposeAsync()
    {
        GroupId[] groups;
        lock (_gate)
        {
            groups = [.. _dispatchers.Keys];
        }

        foreach (var group in groups)
        {
            await RemoveAsync(group).ConfigureAwait(false);
        }
    }

    /// <summary>Tries again what was given up.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            foreach (var (_, dispatcher) in _dispatchers.Values)
            {
                dispatcher.Resume();
            }
        }
    }

    /// <inheritdoc/>
    public bool WantsSlots => false;

    /// <inheritdoc/>
    public void On(GroupId group, ProtocolEvent happened)
    {
        switch (happened)
        {
            case LeaderChanged change:
                lock (_gate)
                {
                    _leaders[group] = change.Leader;
                    Tell(group);
                }

                break;
            case EpochBegan began:
                lock (_gate)
                {
                    _members[group] = began.Start.Configuration;
                    Tell(group);
                }

                break;
            default:
                // Of no consequence.
                break;
        }
    }

    private void Tell(GroupId group)
    {
        if (_dispatchers.TryGetValue(group, out var each))
        {
            var leader = _leaders.GetValueOrDefault(group, NodeId.None);
            each.Dispatcher.OnLeader(DelivererOf(each.Self, leader, _members[group]));
        }
    }

    // As this node sees it: itself, another one, or nobody.
    private static NodeId DelivererOf(NodeId self, NodeId leader, Configuration members) => leader switch
    {
        _ when leader == NodeId.None || !members.Learners.Contains(self) => NodeId.None,
        _ when members.Learners.Contains(leader) => leader,
        _ => self,
    };
}
