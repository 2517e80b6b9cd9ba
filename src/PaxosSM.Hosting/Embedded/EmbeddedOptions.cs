using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Groups;

namespace PaxosSM.Hosting;

/// <summary>How a cluster within one process is set up.</summary>
public sealed record EmbeddedOptions
{
    /// <summary>Where the nodes' data folders go, one below it for each. Default: a fresh temporary folder, deleted at
    /// the end.</summary>
    public string? Data { get; init; }

    /// <summary>The cluster's name. Default "embedded".</summary>
    public string Cluster { get; init; } = "embedded";

    /// <summary>The replicas' addresses, one for each. Default: ports of 127.0.0.1 that the system chooses.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>How long the start waits for a leader. Default 30 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Sets the nodes' options; called once for each node's start. Default nothing.</summary>
    public Action<PaxosOptions> Configure { get; init; } = _ => { };

    /// <summary>See <see cref="NodeServices.GroupMachines"/>. Default null: one group.</summary>
    public Func<GroupInfo, IStateMachine>? GroupMachines { get; init; }

    /// <summary>See <see cref="NodeServices.GroupBackups"/>; its first argument is the node's data folder. Default: no
    /// node has any.</summary>
    public Func<string, Guid, string?> GroupBackups { get; init; } = (_, _) => null;

    /// <summary>See <see cref="NodeServices.OutboxHandler"/>. Default null: outboxes are not delivered.</summary>
    public IOutboxHandler? OutboxHandler { get; init; }

    /// <summary>See <see cref="NodeServices.MeterName"/>.</summary>
    internal string MeterName { get; init; } = MetricsEventSink.MeterName;

    /// <summary>Where to log. Default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Takes the core's events of all nodes. Default nobody.</summary>
    public IReadOnlyList<IProtocolEventSink> EventSinks { get; init; } = [];
}
