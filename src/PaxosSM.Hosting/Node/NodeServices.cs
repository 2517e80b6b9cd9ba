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

    /// <summary>Takes effects from the groups' outboxes to their receivers (R27), at whichever node leads a group;
    /// null: what machines put there waits. The same at every node. See <see cref="IOutboxStateMachine"/>.</summary>
    public IOutboxHandler? OutboxHandler { get; init; }

    /// <summary>Takes the core's events beside log and metrics.</summary>
    public IReadOnlyList<IProtocolEventSink> EventSinks { get; init; } = [];
}
