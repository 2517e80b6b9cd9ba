using System.Collections.Concurrent;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Runtime;

/// <summary>Who this node and the others are: changes when genesis ends. Safe for use by many threads.</summary>
public sealed class NodeMembers
{
    private readonly ConcurrentDictionary<NodeId, StorageId> _storages = new();
    private readonly ConcurrentDictionary<GroupId, Configuration> _hosted = new();
    private volatile NodeIdentity _self;
    private volatile Configuration _configuration;
    private volatile Configuration _everybody;
    private volatile Action<NodeIdentity>? _joined;

    /// <summary>What is known before genesis.</summary>
    /// <param name="self">Who this node is.</param>
    /// <param name="configured">The members as configured: their storages are not known yet.</param>
    /// <param name="onTwoCopies">Told when a second copy of a member was refused (R13); must not block.</param>
    public NodeMembers(NodeIdentity self, Configuration configured, Action<TwoCopies> onTwoCopies)
    {
        _self = self;
        _configuration = configured;
        _everybody = configured;
        Policy = new(() => _self, () => _everybody)
        {
            Learned = Learn,
            Alarmed = onTwoCopies,
        };
    }

    /// <summary>Who this node is.</summary>
    public NodeIdentity Self => _self;

    /// <summary>The members; their storages are known once genesis has ended.</summary>
    public Configuration Configuration => _configuration;

    /// <summary>Whom this node talks to.</summary>
    public PeerRegistry Policy { get; }

    /// <summary>Whether the member last came with a storage that is not the one that the group lists: it has no vote
    /// there (R13).</summary>
    public bool IsStranger(GroupId group, NodeId node) =>
        _hosted.GetValueOrDefault(group, _configuration).Find(node) is { } member && member.Storage != StorageId.None
        && _storages.TryGetValue(node, out var storage) && storage != member.Storage;

    /// <summary>Names the members' addresses, where they were not known at first.</summary>
    public void Readdress(IReadOnlyList<Member> members) =>
        _configuration = _everybody = new(
        _configuration.Epoch, members, _configuration.Rule);

    /// <summary>Genesis ended.</summary>
    /// <param name="configuration">The members, with their storages.</param>
    /// <param name="self">Who this node is from now on: the fork and the epoch are durable.</param>
    public void Adopt(Configuration configuration, NodeIdentity self)
    {
        _configuration = configuration;
        _everybody = configuration;
        _self = self;
    }

    /// <summary>Who this node is changed: its fork is known and durable.</summary>
    public void Adopt(NodeIdentity self) => _self = self;

    /// <summary>The epochs changed, or the guests: whose storages count, and who is let in.</summary>
    /// <param name="epochs">The epochs.</param>
    /// <param name="everybody">Their members, and guests.</param>
    public void Adopt(GroupEpochs epochs, IReadOnlyList<Member> everybody)
    {
        _configuration = epochs.Present.Configuration;
        _everybody = new(epochs.Present.Epoch, everybody);
    }

    /// <summary>A group beside the first one is in an epoch: whose storages count there.</summary>
    public void Adopt(GroupId group, Configuration configuration) => _hosted[group] = configuration;

    /// <summary>A group beside the first one is gone.</summary>
    public void Forget(GroupId group) => _hosted.TryRemove(group, out _);

    /// <summary>The storage that a node last came with; none while it was not met.</summary>
    public StorageId StorageOf(NodeId node) => _storages.GetValueOrDefault(node);

    /// <summary>This node joins a cluster whose fork it does not know yet: the first member that it meets
    /// tells.</summary>
    /// <param name="joined">Makes that member's fork durable, and adopts it. Any thread.</param>
    public void Join(Action<NodeIdentity> joined) => _joined = joined;

    private void Learn(PeerFacts facts)
    {
        _storages[facts.Identity.Node] = facts.Identity.Storage;
        if (_self.Fork == ForkId.None && facts.Identity.Fork != ForkId.None)
        {
            _joined?.Invoke(facts.Identity);
        }
    }
}
