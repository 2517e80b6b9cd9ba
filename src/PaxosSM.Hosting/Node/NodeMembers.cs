using System.Collections.Concurrent;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;
using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>Who this node and the others are: changes when genesis ends. Safe for use by many threads.</summary>
internal sealed class NodeMembers
{
    private readonly ConcurrentDictionary<NodeId, StorageId> _storages = new();
    private volatile NodeIdentity _self;
    private volatile Configuration _configuration;

    public NodeMembers(NodeIdentity self, Configuration configured, Action<TwoCopies> onTwoCopies)
    {
        _self = self;
        _configuration = configured;
        Policy = new(() => _self, () => _configuration)
        {
            Learned = facts => _storages[facts.Identity.Node] = facts.Identity.Storage,
            Alarmed = onTwoCopies,
        };
    }

    public NodeIdentity Self => _self;

    /// <summary>The members; their storages are known once genesis has ended.</summary>
    public Configuration Configuration => _configuration;

    public PeerRegistry Policy { get; }

    /// <summary>The configured members: their storages are not known yet.</summary>
    public static IReadOnlyList<Member> Of(PaxosOptions options) =>
    [
        .. options.Members.Select((member, index) =>
            new Member(new((ushort)index), member.Id, member.Address, member.Roles, StorageId.None)),
    ];

    /// <summary>Whether the member last came with a storage that is not the one listed: it has no vote (R13).</summary>
    public bool IsStranger(NodeId node) =>
        _configuration.Find(node) is { } member && member.Storage != StorageId.None
        && _storages.TryGetValue(node, out var storage) && storage != member.Storage;

    /// <summary>Names the members' addresses, where they were not known at first.</summary>
    public void Readdress(IReadOnlyList<Member> members) => _configuration = new(_configuration.Epoch, members);

    /// <summary>Genesis ended.</summary>
    public void Adopt(Configuration configuration, ForkId fork, DataDirectory folder)
    {
        folder.SaveFork(fork);
        folder.SaveEpoch(configuration.Epoch);
        _configuration = configuration;
        _self = folder.Identity;
    }
}
