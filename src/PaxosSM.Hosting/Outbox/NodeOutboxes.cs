using PaxosSM.Runtime;

namespace PaxosSM.Hosting;

/// <summary>The outboxes of all groups that a node serves, and who leads those groups.</summary>
internal sealed class NodeOutboxes : IProtocolEventSink, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<GroupId, NodeId> _leaders = [];
    private readonly Dictionary<GroupId, OutboxDispatcher> _dispatchers = [];
    private readonly IOutboxHandler _handler;
    private readonly OutboxOptions _options;
    private readonly OutboxEvents _events;
    private readonly TimeProvider _time;

    /// <summary>No outboxes yet.</summary>
    public NodeOutboxes(IOutboxHandler handler, OutboxOptions options, OutboxEvents events, TimeProvider time) =>
        (_handler, _options, _events, _time) = (handler, options, events, time);

    /// <summary>What this node has given up.</summary>
    public IReadOnlyList<StoppedDelivery> Stopped
    {
        get
        {
            lock (_gate)
            {
                return [.. _dispatchers.Values.SelectMany(each => each.Stopped)];
            }
        }
    }

    /// <summary>Delivers a group's outbox from now on.</summary>
    /// <param name="group">The group.</param>
    /// <param name="self">This node.</param>
    /// <param name="connect">Makes a client of the group, at this node.</param>
    /// <returns>To be called when something was applied.</returns>
    public Action Add(GroupId group, NodeId self, Func<IPaxosClient> connect)
    {
        OutboxDispatcher dispatcher = new(new()
        {
            Group = group,
            Self = self,
            Connect = connect,
            Handler = _handler,
            Options = _options,
            Pipelines = new(group, _options, _events, _time),
            Events = _events,
            Time = _time,
        });
        lock (_gate)
        {
            _dispatchers.Add(group, dispatcher);
            dispatcher.OnLeader(_leaders.GetValueOrDefault(group, NodeId.None));
        }

        return dispatcher.Wake;
    }

    /// <summary>Delivers a group's outbox no more.</summary>
    public async Task RemoveAsync(GroupId group)
    {
        OutboxDispatcher? dispatcher;
        lock (_gate)
        {
            _ = _leaders.Remove(group);
            _ = _dispatchers.Remove(group, out dispatcher);
        }

        if (dispatcher is not null)
        {
            await dispatcher.DisposeAsync().ConfigureAwait(false);
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
            foreach (var dispatcher in _dispatchers.Values)
            {
                dispatcher.Resume();
            }
        }
    }

    /// <inheritdoc/>
    public void On(GroupId group, ProtocolEvent happened)
    {
        if (happened is LeaderChanged change)
        {
            lock (_gate)
            {
                _leaders[group] = change.Leader;
                _dispatchers.GetValueOrDefault(group)?.OnLeader(change.Leader);
            }
        }
    }
}
