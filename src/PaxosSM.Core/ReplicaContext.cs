using PaxosSM.Quorums;

namespace PaxosSM;

/// <summary>What all roles of one replica may look at: who it is, the configuration, and who is heard of.</summary>
public sealed class ReplicaContext
{
    private readonly HashSet<NodeId> _hears = [];
    private IReadOnlyList<NodeId>? _heard;

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
        Quorums = configuration.Quorums;
        Hear(configuration.All);
    }

    private ReplicaContext(ReplicaContext before, Configuration configuration)
        : this(before.Group, before.Self, before.Incarnation, configuration, before.Options, 0)
    {
        Random = before.Random;
        Healthy = before.Healthy;
        IsOptimistic = before.IsOptimistic;
        Drained = before.Drained;
        Lend = before.Lend;

        // Who is new gets the benefit of the doubt until the failure detector speaks again.
        Hear([.. before._heard ?? [], .. configuration.All.Except(before.Configuration.All)]);
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

    /// <summary>Whether the machine here takes values before they are chosen (R18); set before the start.</summary>
    public bool IsOptimistic { get; set; }

    /// <summary>Gives memory of so many bytes for a payload; best a <see cref="LentMemory"/>'s, which comes
    /// back.</summary>
    public Func<int, Memory<byte>> Lend { get; init; } = static bytes => GC.AllocateUninitializedArray<byte>(bytes);

    /// <summary>Who owns lanes (R8): as the epoch says, else as this node's settings do.</summary>
    public DealPolicy Deal => Configuration.Deal ?? Options.Deal;

    /// <summary>Which sets of acceptors decide.</summary>
    public QuorumSystem Quorums { get; }

    /// <summary>False when this node shall look dead to others (R22).</summary>
    public bool Healthy { get; internal set; } = true;

    /// <summary>Whether somebody looks after this node: it votes and learns, hands leadership and lanes on, and stands
    /// only where nobody else does.</summary>
    public bool Drained { get; internal set; }

    /// <summary>Whether this node plays the role.</summary>
    public bool Has(MemberRoles role) => (Own & role) == role;

    /// <summary>Whether the member was heard of late; this node always is.</summary>
    public bool Hears(NodeId node) => node == Self || _hears.Contains(node);

    /// <summary>The same node in another epoch.</summary>
    /// <param name="configuration">That epoch's members.</param>
    /// <param name="own">What it may do there.</param>
    internal ReplicaContext In(Configuration configuration, MemberRoles own) => new(this, configuration) { Own = own };

    internal void Hear(IReadOnlyList<NodeId> nodes)
    {
        _heard = nodes;
        _hears.Clear();
        foreach (var node in nodes)
        {
            _hears.Add(node);
        }
    }
}
