using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>What the parts of one node share.</summary>
internal sealed record NodeContext
{
    /// <summary>The settings.</summary>
    public required PaxosOptions Options { get; init; }

    /// <summary>Makes the machine: an empty one, once.</summary>
    public required Func<IStateMachine> Machine { get; init; }

    /// <summary>What the host gives.</summary>
    public required NodeServices Services { get; init; }

    /// <summary>The node's meter.</summary>
    public required Meter Meter { get; init; }

    /// <summary>What people are told.</summary>
    public required NodeLog Log { get; init; }

    /// <summary>Where clients meet the group.</summary>
    public required Gateway Gateway { get; init; }

    /// <summary>Leads clients to their group's gateway.</summary>
    public required ClientRouter Clients { get; init; }

    /// <summary>Delivers the outboxes of the node's groups; null where nobody takes them.</summary>
    public NodeOutboxes? Outboxes { get; init; }

    /// <summary>Where those are served who look after the cluster; null while the node is put together.</summary>
    public AdminDesk? Desk { get; init; }

    /// <summary>The node is of no use any more.</summary>
    public required Action<string> Fail { get; init; }

    /// <summary>What a node's parts share.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="machine">Makes the first group's machine.</param>
    /// <param name="services">What the host gives.</param>
    /// <param name="find">Finds the gateway of a group beside the first one.</param>
    /// <param name="fail">The node is of no use any more.</param>
    public static NodeContext Create(
        PaxosOptions options,
        Func<IStateMachine> machine,
        NodeServices services,
        Func<GroupId, Gateway?> find,
        Action<string> fail)
    {
        var gateway = NewGateway(GroupId.Default, options, services.Time);
        Meter meter = new(services.MeterName);
        NodeLog log = new(services.LoggerFactory.CreateLogger<PaxosNode>(), options.Self);
        OutboxEvents outboxEvents = new(log, meter, options.Self);
        return new()
        {
            Options = options,
            Machine = machine,
            Services = services,
            Meter = meter,
            Log = log,
            Gateway = gateway,
            Clients = new(group => group == gateway.Group ? gateway : find(group)),
            Outboxes = services.OutboxHandler is { } handler
                ? new(handler, options.Outbox, outboxEvents, services.Time)
                : null,
            Fail = fail,
        };
    }

    /// <summary>Where clients meet another group.</summary>
    public Gateway NewGateway(GroupId group)
    {
        var gateway = NewGateway(group, Options, Time);
        Desk?.Serve(gateway);
        return gateway;
    }

    private static Gateway NewGateway(GroupId group, PaxosOptions options, TimeProvider time) => new(
        group, options.Gateway with { Durability = options.Durability }, () => NodeLoop.Now(time));

    /// <summary>A client of a group at this node, within the process; the caller disposes it.</summary>
    public IPaxosClient NewClient(Gateway gateway, PaxosClientOptions? options = null) => new PaxosClient(
        new InProcessChannel(gateway.Connect), (options ?? Options.Client) with { Group = gateway.Group });

    /// <summary>The node's name.</summary>
    public string Name => Options.Self;

    /// <summary>The clocks.</summary>
    public TimeProvider Time => Services.Time;
}
