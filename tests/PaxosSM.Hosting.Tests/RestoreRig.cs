using System.Diagnostics;
using PaxosSM.Storage.Simulated;

namespace PaxosSM.Hosting.Tests;

/// <summary>A backup of a cluster of sums, and clusters that are restored from it.</summary>
internal sealed class RestoreRig : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Folder { get; } = Directory.CreateTempSubdirectory("paxossm-test-").FullName;

    public string Backup => Path.Combine(Folder, "backup");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A disk that holds a backup, durable, and nothing else.</summary>
    public static InMemoryFileLayer DiskWith(string backup, byte[] bytes)
    {
        var folder = Path.GetDirectoryName(backup)!; // it is no root
        InMemoryFileLayer disk = new();
        disk.CreateDirectory(folder);
        using (var file = disk.Create(backup))
        {
            file.Write(0, bytes);
            file.Flush();
        }

        disk.FlushDirectory(folder);
        return disk;
    }

    public static async Task<long> SumAsync(IPaxosClient client) =>
        SumMachine.Read((await client.QueryAsync(Array.Empty<byte>())).Result);

    public static async Task AddAsync(IPaxosClient client, int count)
    {
        for (var index = 0; index < count; index++)
        {
            await client.ExecuteAsync(SumMachine.Add(1));
        }
    }

    public static async Task Eventually(Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "it did not come true in time");
            await Task.Delay(10);
        }
    }

    public async Task MakeBackupAsync(int commands)
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        await using var client = cluster.CreateClient();
        await AddAsync(client, commands);
        await new ClusterBackup(cluster.Leader!).SaveAsync(Backup);
    }

    public Task<PaxosCluster> RestoreAsync(
        int machines, string cluster = "embedded", IReadOnlyList<string>? addresses = null) =>
        PaxosCluster.StartEmbeddedAsync<SumMachine>(
            machines,
            new()
            {
                Cluster = cluster,
                Addresses = addresses ?? [],
                Configure = options =>
                {
                    options.Restore = Backup;
                    options.Snapshots = options.Snapshots with { SlotsMax = 50 };
                    options.Protocol = options.Protocol with { TrimTailSlots = 10 };
                },
            });
}
