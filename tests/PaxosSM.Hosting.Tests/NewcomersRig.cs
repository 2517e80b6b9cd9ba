using System.Diagnostics;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Hosting.Tests;

/// <summary>Nodes that join an embedded cluster of three, and take it over.</summary>
internal sealed class NewcomersRig(EmbeddedOptions embedded) : IAsyncDisposable
{
    private const int Founders = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("paxossm-test-").FullName;
    private readonly List<PaxosNode> _nodes = [];
    private readonly List<string> _addresses = [];

    public IReadOnlyList<PaxosNode> Nodes => _nodes;

    private IEnumerable<Member> Members => _nodes.Select((node, index) => new Member(
        new((ushort)(Founders + index)), node.Name, _addresses[index], MemberRoles.All, node.Identity!.Storage));

    public async Task StartAsync(PaxosCluster cluster, int count)
    {
        for (var index = 0; index < count; index++)
        {
            PaxosOptions options = new()
            {
                Cluster = embedded.Cluster,
                Self = $"new{index}",
                Data = Path.Combine(_folder, $"new{index}"),
                Listen = "127.0.0.1:0",
            };
            embedded.Configure(options);
            for (var founder = 0; founder < Founders; founder++)
            {
                options.Members.Add(new(cluster.Nodes[founder]!.Name, cluster.Addresses[founder]));
            }

            // Their ports are known once they are bound; who is addressed otherwise is told by the epoch.
            for (var other = 0; other < count; other++)
            {
                options.Members.Add(new($"new{other}", $"127.0.0.1:{1 + other}", Joins: true));
            }

            PaxosNode node = new(
                options, () => new SumMachine(), new() { GroupMachines = embedded.GroupMachines });
            _nodes.Add(node);
            _addresses.Add(node.Bind().ToString());
        }

        await Task.WhenAll(_nodes.Select(node => node.StartAsync()));
    }

    public async Task ReplaceAllAsync(PaxosCluster cluster)
    {
        MembershipChange change = new()
        {
            Add = [.. Members.Select(member => member with { Storage = StorageId.None })],
            Remove = [.. cluster.Nodes.Select(node => node!.Name)],
        };
        using CancellationTokenSource timeout = new(Patience);
        var result = await new ClusterAdmin(cluster.Leader!).ChangeAsync(change, null, timeout.Token);
        Assert.Equal((ReconfigurationError.None, string.Empty), (result.Error, result.Text));
    }

    /// <summary>The same for another group, at whoever leads it.</summary>
    public async Task ReplaceAllAsync(PaxosCluster cluster, GroupId group)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var last = "nobody leads";
            foreach (var node in cluster.Nodes)
            {
                if (node!.Groups.StatusOf(group) is not { Epoch: { } epoch } status || status.Leader != status.Self)
                {
                    continue;
                }

                var result = await node.Groups.ReconfigureAsync(
                    group, epoch.Epoch, new(epoch.Epoch.Next, [.. Members]));
                if (result.Error == ReconfigurationError.None)
                {
                    return;
                }

                last = result.Text;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, last);
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        Directory.Delete(_folder, recursive: true);
    }
}
