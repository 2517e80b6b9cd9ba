using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Groups;
using PaxosSM.Runtime.Wire;
using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>What a node takes from its host; each has a default.</summary>
public sealed record NodeServices
{
    /// <summary>Where to log. Default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clocks. Default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How connections are secured. Default not at all.</summary>
    public IConnectionSecurity Security { get; init; } = new PlainConnections();

    /// <summary>The files. Default the operating system's.</summary>
    public IFileLayer Files { get; init; } = DiskFileLayer.Instance;

    /// <summary>Makes the machines of groups beside the first one, an empty one each time; null: this node hosts no
    /// others. The same at every node. See <see cref="PaxosNode.Groups"/>.</summary>
    public Func<GroupInfo, IStateMachine>? GroupMachines { get; init; }

    /// <summary>Where this node has a backup that a group may go on from, by the backup's number; null for nowhere, as
    /// is a path where nothing is. Asked when a group is restored, and again at each start until its state is durable
    /// here. Default: this node has none. See <see cref="NodeGroups.RestoreAsync"/>.</summary>
    public Func<Guid, string?> GroupBackups { get; init; } = _ => null;

    /// <summary>Takes effects from the groups' outboxes to their receivers (R27), at whichever node leads a group;
    /// null: what machines put there waits. The same at every node. See <see cref="IOutboxStateMachine"/>.</summary>
    public IOutboxHandler? OutboxHandler { get; init; }

    /// <summary>The meter of what the node measures.</summary>
    internal string MeterName { get; init; } = MetricsEventSink.MeterName;

    /// <summary>Takes the core's events beside log and metrics.</summary>
    public IReadOnlyList<IProtocolEventSink> EventSinks { get; init; } = [];
}
