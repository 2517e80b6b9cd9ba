namespace PaxosSM.Hosting.Tests;

/// <summary>Disks that damage a snapshot, or fail to flush one, under the whole stack.</summary>
public sealed class DiskDamageTests
{
    private const int Commands = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_node_whose_newest_snapshot_is_damaged_fetches_another_and_equals_the_others()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            options: new() { Configure = SnapshotOften });
        await using var client = cluster.CreateClient();
        await Add(client, Commands);
        var victim = (cluster.LeaderIndex!.Value + 1) % 3;
        await Eventually(() => cluster.Nodes.All(node => node!.Status!.TrimmedTo.Index > Commands / 2));

        await cluster.StopNodeAsync(victim);
        var newest = SnapshotsOf(cluster, victim, "*.snap").Max(StringComparer.Ordinal)!;
        await FlipAsync(newest);
        await cluster.StartNodeAsync(victim);
        await cluster.Nodes[victim]!.Ready.WaitAsync(Patience);
        await Add(client, 3);
        await Eventually(() => cluster.Nodes[victim]!.Status!.Applied == cluster.Leader?.Status!.Applied);

        Assert.Equal([newest + ".damaged"], SnapshotsOf(cluster, victim, "*.damaged"));
        Assert.Null(cluster.Nodes[victim]!.Failure);
        await using var own = cluster.Nodes[victim]!.CreateClient();
        Assert.Equal(Commands + 3, SumMachine.Read((await own.QueryAsync(Array.Empty<byte>())).Result));
    }

    [Fact]
    public async Task A_node_whose_snapshot_could_not_be_flushed_stops_its_roles()
    {
        var folder = Directory.CreateTempSubdirectory("paxossm-test-").FullName;
        try
        {
            PaxosOptions options = new() { Self = "a", Data = folder, Listen = "127.0.0.1:0" };
            options.Members.Add(new("a", "127.0.0.1:7001")); // Alone, nobody dials it.
            SnapshotOften(options);
            await using PaxosNode node = new(
                options, () => new SumMachine(), new() { Files = new FailingFlushes(".snap.") });
            await node.StartAsync();
            await using var client = node.CreateClient();
            await node.Ready.WaitAsync(Patience);
            _ = Add(client, Commands).ContinueWith(_ => { }, TaskScheduler.Default);
            await Eventually(() => node.Failure is not null);
            Assert.Contains("(R1): Flushing a snapshot failed", node.Failure, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void SnapshotOften(PaxosOptions options)
    {
        options.Snapshots = options.Snapshots with { SlotsMax = 20 };
        options.Protocol = options.Protocol with { TrimTailSlots = 0 };
        options.Log = options.Log with { SegmentBytes = 65536, FirstSegmentBytes = 65536, BlockBytes = 16384 };
    }

    private static async Task Add(IPaxosClient client, int times)
    {
        for (var time = 0; time < times; time++)
        {
            _ = await client.ExecuteAsync(SumMachine.Add(1));
        }
    }

    private static string[] SnapshotsOf(PaxosCluster cluster, int node, string pattern) =>
        Directory.GetFiles(cluster.DataOf(node), pattern, SearchOption.AllDirectories);

    private static async Task FlipAsync(string path)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(Patience);
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
