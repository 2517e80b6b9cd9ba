using PaxosSM.Client;
using PaxosSM.Runtime.Groups;

namespace PaxosSM.Testing.Simulation;

/// <summary>Somebody who makes and removes groups, by way of any node: asks once, and goes on whatever becomes of
/// it.</summary>
internal sealed class CatalogAdmin
{
    private readonly SimulatedCluster _cluster;
    private readonly PaxosClient _client;

    private CatalogAdmin(SimulatedCluster cluster, PaxosClient client) => (_cluster, _client) = (cluster, client);

    /// <summary>How many wishes are under way.</summary>
    public int Open { get; private set; }

    public static CatalogAdmin Join(SimulatedCluster cluster)
    {
        SeededRandom random = new(cluster.World.Random.Next());
        SimulatedChannel channel = new(cluster, cluster.Nodes, cluster.Network.Regions.Of(0), GroupCatalog.Id);
        var options = SimulatedClient.Options(cluster, cluster.Plan.Clients, GroupCatalog.Id, random);
        return new(cluster, new(channel, options));
    }

    /// <summary>Wants a group of that name, with the newest epoch's members as founders.</summary>
    public void Create(int number)
    {
        if (_cluster.Newest is { Configuration: var members })
        {
            Ask(GroupCatalog.Create(NameOf(number), string.Empty, members.AsFounders()));
        }
    }

    /// <summary>Wants none of that name any more.</summary>
    public void Remove(int number) => Ask(GroupCatalog.Remove(NameOf(number)));

    private static string NameOf(int number) => $"g{number}";

    private void Ask(byte[] command) => Await(_client.ExecuteAsync(command));

    private void Await(ValueTask<CommandResult> wish)
    {
        Open++;
        var awaiter = wish.GetAwaiter();
        SimulatedClient.OnCompleted(awaiter.IsCompleted, awaiter.UnsafeOnCompleted, () =>
        {
            Open--;
            try
            {
                var (done, group) = GroupCatalog.ReadResult(awaiter.GetResult().Result.Span);
                _cluster.Log.Count(done ? "wishes for groups that changed something" : "wishes for groups, in vain");
                _cluster.Log.Mix(group.Value, 20);
            }
            catch (PaxosException)
            {
                _cluster.Log.Count("wishes for groups that failed");
            }
        });
    }
}
