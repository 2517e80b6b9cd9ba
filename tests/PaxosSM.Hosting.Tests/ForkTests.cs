using System.Net;
using System.Net.Sockets;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Hosting.Tests;

/// <summary>Histories of one cluster that went apart are never taken for each other (R33).</summary>
public sealed class ForkTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly RestoreRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Two_restored_copies_and_the_original_refuse_each_other()
    {
        await using var original = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        await using (var client = original.CreateClient())
        {
            await RestoreRig.AddAsync(client, 10);
        }

        await new ClusterBackup(original.Leader!).SaveAsync(_rig.Backup);
        await using var first = await _rig.RestoreAsync(3);
        await using var second = await _rig.RestoreAsync(3);
        PaxosCluster[] all = [original, first, second];
        var forks = new HashSet<ForkId>();
        foreach (var cluster in all)
        {
            forks.Add(cluster.Nodes[0]!.Identity!.Fork);
        }

        Assert.Equal(3, forks.Count);
        foreach (var (from, to) in from one in all from other in all where one != other select (one, other))
        {
            // A member of one comes to a member of another under that one's number.
            var stranger = from.Nodes[1]!.Identity!;
            var refusal = await Assert.ThrowsAsync<ConnectionRefusedException>(
                () => GreetAsync(to.Addresses[0], stranger));
            Assert.Equal(RefusalReason.Fork, refusal.Refusal.Reason);
        }
    }

    [Fact]
    public async Task A_member_with_another_backup_or_with_data_of_its_own_does_not_restore()
    {
        await _rig.MakeBackupAsync(10);
        await using var used = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            replicas: 1, options: new() { Data = Path.Combine(_rig.Folder, "used") });
        await used.StopNodeAsync(0);
        var data = used.DataOf(0);
        await using PaxosNode late = new(OptionsOf(data, _rig.Backup), () => new SumMachine());
        await late.StartAsync();
        var refused = await Assert.ThrowsAsync<PaxosConfigurationException>(() => late.Ready.WaitAsync(Patience));
        Assert.Contains("began without one", refused.Message, StringComparison.Ordinal);

        var cut = _rig.Backup + ".cut";
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(_rig.Backup))[..^1]);
        await using PaxosNode damaged = new(OptionsOf(Path.Combine(_rig.Folder, "new"), cut), () => new SumMachine());
        var unreadable = await Assert.ThrowsAsync<PaxosConfigurationException>(() => damaged.StartAsync());
        Assert.Contains("ends too early", unreadable.Message, StringComparison.Ordinal);
    }

    private static PaxosOptions OptionsOf(string data, string restore)
    {
        PaxosOptions options = new()
        {
            Cluster = "embedded", Self = "a", Data = data, Restore = restore, Listen = "127.0.0.1:0",
        };
        options.Members.Add(new("a", "127.0.0.1:1"));
        return options;
    }

    private static async Task GreetAsync(string address, NodeIdentity identity)
    {
        using TcpClient socket = new();
        await socket.ConnectAsync(IPEndPoint.Parse(address));
        await Handshake.DialAsync(
            socket.GetStream(), Hello.From(identity, ConnectionRole.Member), CancellationToken.None);
    }
}
