using PaxosSM.Storage.Simulated;

namespace PaxosSM.Hosting.Tests;

/// <summary>A member that dies at any call to its disk while it restores a backup goes on when it is started
/// again.</summary>
public sealed class RestoreCrashTests : IDisposable
{
    private const string Backup = "/backups/sums";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly RestoreRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_crash_at_any_call_to_the_disk_is_made_good_by_another_start()
    {
        await _rig.MakeBackupAsync(25);
        var bytes = await File.ReadAllBytesAsync(_rig.Backup);
        var crashed = true;
        for (var calls = 0; crashed; calls += 6)
        {
            var disk = RestoreRig.DiskWith(Backup, bytes);
            crashed = await RestoreUntilAsync(disk, calls);
            var sum = await SumAfterStartAsync(disk);
            Assert.True(sum == 25, $"{sum} after a crash at call {calls}");
        }
    }

    // True when the disk died before the member served.
    private static async Task<bool> RestoreUntilAsync(InMemoryFileLayer disk, int calls)
    {
        disk.CallsUntilCrash = calls;
        await using PaxosNode node = new(Options(), () => new SumMachine(), new() { Files = disk });
        try
        {
            await node.StartAsync();
            await RestoreRig.Eventually(() => node.Ready.IsCompleted || disk.IsCrashed);
        }
        catch (SimulatedCrashException)
        {
            // Before the start had ended.
        }

        var crashed = disk.IsCrashed;
        disk.CallsUntilCrash = null;
        if (!crashed)
        {
            return false;
        }

        await node.DisposeAsync();
        disk.Crash(powerCut: true, place => place % 3 == calls % 3, calls % 3);
        return true;
    }

    private static async Task<long> SumAfterStartAsync(InMemoryFileLayer disk)
    {
        await using PaxosNode node = new(Options(), () => new SumMachine(), new() { Files = disk });
        await node.StartAsync();
        await node.Ready.WaitAsync(Patience);
        await using var client = node.CreateClient();
        return await RestoreRig.SumAsync(client);
    }

    private static PaxosOptions Options()
    {
        PaxosOptions options = new()
        {
            Cluster = "crashes", Self = "a", Data = "/data", Restore = Backup, Listen = "127.0.0.1:0",
        };
        options.Log = options.Log with { SegmentBytes = 1 << 20, FirstSegmentBytes = 1 << 20 };
        options.Members.Add(new("a", "127.0.0.1:1"));
        return options;
    }
}
