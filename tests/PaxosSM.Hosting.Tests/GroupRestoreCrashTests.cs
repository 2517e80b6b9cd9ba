using PaxosSM.Storage;
using PaxosSM.Storage.Simulated;

namespace PaxosSM.Hosting.Tests;

/// <summary>A node that dies at any call to its disk while a group is restored goes on when it is started
/// again.</summary>
public sealed class GroupRestoreCrashTests : IDisposable
{
    private const string Backup = "/backups/sums";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly RestoreRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_crash_at_any_call_to_the_disk_is_made_good_by_another_start()
    {
        await _rig.MakeBackupAsync(25);
        var backup = (await BackupFile.VerifyAsync(_rig.Backup)).Id;
        var bytes = await File.ReadAllBytesAsync(_rig.Backup);
        var crashed = true;
        for (var calls = 0; crashed; calls += 3)
        {
            var disk = RestoreRig.DiskWith(Backup, bytes);
            crashed = await RestoreUntilAsync(disk, backup, calls);
            var sum = await SumAfterStartAsync(disk, backup);
            Assert.True(sum == 25, $"{sum} after a crash at call {calls}");
        }
    }

    // True when the disk died before the group ran.
    private static async Task<bool> RestoreUntilAsync(InMemoryFileLayer disk, Guid backup, int calls)
    {
        await using var node = NewNode(disk);
        await node.StartAsync();
        await node.Ready.WaitAsync(Patience);
        disk.CallsUntilCrash = calls;
        var restoring = node.Groups.RestoreAsync("sums", backup);
        await RestoreRig.Eventually(() => restoring.IsCompleted || disk.IsCrashed);
        var crashed = disk.IsCrashed;
        disk.CallsUntilCrash = null;
        if (!crashed)
        {
            await restoring;
            return false;
        }

        await node.DisposeAsync();
        await ((Task)restoring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        disk.Crash(powerCut: true, place => place % 3 == calls % 3, calls % 3);
        return true;
    }

    private static async Task<long> SumAfterStartAsync(InMemoryFileLayer disk, Guid backup)
    {
        await using var node = NewNode(disk);
        await node.StartAsync();
        await node.Ready.WaitAsync(Patience);
        var group = await node.Groups.RestoreAsync("sums", backup);
        await using var client = node.Groups.CreateClient(group.Id);
        return await RestoreRig.SumAsync(client);
    }

    private static PaxosNode NewNode(InMemoryFileLayer disk)
    {
        PaxosOptions options = new() { Cluster = "crashes", Self = "a", Data = "/data", Listen = "127.0.0.1:0" };
        options.Log = options.Log with { SegmentBytes = 1 << 20, FirstSegmentBytes = 1 << 20 };
        options.Client = options.Client with { Timeout = TimeSpan.FromSeconds(10) };
        options.Members.Add(new("a", "127.0.0.1:1"));
        return new(options, () => new SumMachine(), new()
        {
            Files = disk,
            GroupMachines = _ => new SumMachine(),
            GroupBackups = _ => Backup,
        });
    }
}
