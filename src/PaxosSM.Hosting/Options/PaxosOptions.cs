using PaxosSM.Client;
using PaxosSM.Quorums;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Serving;
using PaxosSM.Storage;
using PaxosSM.Transport.Tcp;

namespace PaxosSM.Hosting;

/// <summary>Everything that a node can be told. Validated when the node starts, with messages that name the
/// setting.</summary>
/// <remarks>
/// Cluster and members must be the same at every member; so should <see cref="Protocol"/>. Single settings can also be
/// given by name and text, see <see cref="PaxosSettings"/>.
/// </remarks>
public sealed class PaxosOptions
{
    /// <summary>The cluster's name; members of another cluster are turned away. Default "default".</summary>
    public string Cluster { get; set; } = "default";

    /// <summary>The members, in an order that is the same everywhere.</summary>
    public IList<MemberOptions> Members { get; } = [];

    /// <summary>The first members' quorum rule; the same everywhere. Later epochs bring their own. Default the
    /// majority's.</summary>
    public QuorumRule QuorumRule { get; set; }

    /// <summary>Which member this node is, by its id.</summary>
    public string Self { get; set; } = string.Empty;

    /// <summary>The node's data folder; one node's of one cluster, one process at a time.</summary>
    public string Data { get; set; } = string.Empty;

    /// <summary>Where to listen, when it is not this member's address: <c>0.0.0.0:7001</c>. Default: the
    /// address.</summary>
    public string Listen { get; set; } = string.Empty;

    /// <summary>What votes, and so acknowledgements, survive (R26). Default <see cref="Durability.Synced"/>.</summary>
    public Durability Durability { get; set; } = Durability.Synced;

    /// <summary>A folder for traces of the protocol, a file for each start: for checkers and for the curious. Default
    /// none: no trace.</summary>
    public string Trace { get; set; } = string.Empty;

    /// <summary>A backup's file, which a new cluster goes on from: each member starts with the same one, and an empty
    /// folder (R33). Not looked at once the member has restored it. Default none: a new cluster begins with
    /// nothing.</summary>
    public string Restore { get; set; } = string.Empty;

    /// <summary>How long a start may take to have the runtime compile what will serve, before the node listens: it
    /// practises on a cluster of its own, below its folder and on loopback ports, until nothing more is compiled. For
    /// nodes that meet their full load at once, at the start or when they come to lead. Default zero: not at
    /// all.</summary>
    public TimeSpan WarmUp { get; set; }

    /// <summary>When snapshots are taken.</summary>
    public SnapshotOptions Snapshots { get; set; } = new();

    /// <summary>The protocol's timeouts, window and batches.</summary>
    public ProtocolOptions Protocol { get; set; } = new();

    /// <summary>The write-ahead log.</summary>
    public LogOptions Log { get; set; } = new();

    /// <summary>Connections; where to listen is <see cref="Listen"/>'s matter.</summary>
    public TcpTransportOptions Transport { get; set; } = new();

    /// <summary>The bounds of serving clients; what an acknowledgement is worth is <see cref="Durability"/>'s
    /// matter.</summary>
    public GatewayOptions Gateway { get; set; } = new();

    /// <summary>How outboxes are delivered, where there is an <see cref="IOutboxHandler"/>.</summary>
    public OutboxOptions Outbox { get; set; } = new();

    /// <summary>The client of this process.</summary>
    public PaxosClientOptions Client { get; set; } = new();
}
