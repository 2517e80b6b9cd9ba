using PaxosSM.Quorums;

namespace PaxosSM;

/// <summary>What all roles of one replica may look at: who it is, the configuration, and who is heard of.</summary>
public sealed class ReplicaContext
{
    private readonly HashSet<NodeId> _hears = [];

    /// <summary>A context.</summary>
    /// <param name="group">The group.</param>
    /// <param name="self">This node.</param>
    /// <param name="incarnation">Its life.</param>
    /// <param name="configuration">The epoch's members.</param>
    /// <param name="options">The settings.</param>
    /// <param name="seed">Where the core's randomness starts.</param>
    public ReplicaContext(
        GroupId group, NodeId self, uint incarnation, Configuration configuration, ProtocolOptions options, ulong seed)
    {
        Group = group;
        Self = self;
        Incarnation = incarnation;
        Configuration = configuration;
        Options = options;
        Random = new(seed);
        Place = configuration.PlaceOf(self);
        Own = configuration.Find(self)?.Roles ?? MemberRoles.None;
        var acceptors = NodeSet.Empty;
        foreach (var acceptor in configuration.Acceptors)
        {
            acceptors = acceptors.With(configuration.PlaceOf(acceptor));
        }

        Quorums = new MajorityQuorums(acceptors);
        Hear(configuration.All);
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>This node.</summary>
    public NodeId Self { get; }

    /// <summary>This node's life.</summary>
    public uint Incarnation { get; }

    /// <summary>The epoch's members.</summary>
    public Configuration Configuration { get; }

    /// <summary>The settings.</summary>
    public ProtocolOptions Options { get; }

    /// <summary>The core's randomness.</summary>
    public SeededRandom Random { get; }

    /// <summary>This node's place in the configuration.</summary>
    public int Place { get; }

    /// <summary>This node's roles. A voter whose storage was replaced only learns (R13).</summary>
    public MemberRoles Own { get; init; }

    /// <summary>Which sets of acceptors decide.</summary>
    public QuorumSystem Quorums { get; }

    /// <summary>False when this node shall look dead to others (R22).</summary>
    public bool Healthy { get; internal set; } = true;

    /// <summary>Whether this node plays the role.</summary>
    public bool Has(MemberRoles role) => (Own & role) == role;

    /// <summary>Whether the member was heard of late; this node always is.</summary>
    public bool Hears(NodeId node) => node == Self || _hears.Contains(node);

    internal void Hear(IReadOnlyList<NodeId> nodes)
    {
        _hears.Clear();
        foreach (var node in nodes)
        {
            _hears.Add(node);
        }
    }
}
