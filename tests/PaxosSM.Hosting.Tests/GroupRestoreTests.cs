using PaxosSM.Client;
using PaxosSM.Runtime.Groups;
using PaxosSM.Storage;

namespace PaxosSM.Hosting.Tests;

/// <summary>Backups of hosted groups, and groups of running clusters that go on from them (R12), on whole nodes over
/// TCP.</summary>
public sealed class GroupRestoreTests : IDisposable
{
    private readonly GroupRestoreRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_removed_group_goes_on_from_what_was_backed_up_under_load_and_so_do_its_sessions()
    {
        await using var cluster = await _rig.StartAsync();
        var lost = await cluster.Nodes[0]!.Groups.CreateAsync("accounts", "sum");
        await using RawSession session = new(ClusterName.Digest("embedded"), cluster.Addresses) { Group = lost.Id };
        await session.OpenAsync();
        Assert.Equal((PaxosError.None, 1000), await session.AddAsync(1, 1000));
        var (backup, before, after) = await _rig.BackUpUnderLoadAsync(cluster, lost.Id);
        Assert.Equal(PaxosError.None, (await session.AddAsync(2, 5)).Error);
        Assert.True(await cluster.Nodes[0]!.Groups.RemoveAsync("accounts"));

        // Two founders have no file: they learn the state from the third.
        _rig.Held["b"] = _rig.Backup;
        var made = await cluster.Nodes[1]!.Groups.RestoreAsync("accounts", backup.Id, "sum");
        var again = await cluster.Nodes[1]!.Groups.RestoreAsync("accounts", backup.Id, "sum");

        Assert.NotEqual(lost.Id, made.Id);
        Assert.Equal(made.Id, again.Id);
        await GroupRestoreRig.EverywhereAsync(cluster, made.Id, status => status.Applied >= backup.Slot);
        Assert.All(cluster.Nodes, node => Assert.Equal(
            (backup.Epoch.Epoch.Next, backup.Slot),
            (node!.Groups.StatusOf(made.Id)!.Epoch!.Epoch, node.Groups.StatusOf(made.Id)!.Epoch!.Base)));
        await using (var client = cluster.Nodes[2]!.Groups.CreateClient(made.Id))
        {
            Assert.InRange(await RestoreRig.SumAsync(client) - 1000, before, after);
        }

        // What was applied is not applied again; what came after the backup never was.
        session.Group = made.Id;
        Assert.Equal((PaxosError.None, 1000), await session.AddAsync(1, 1000));
        Assert.Equal((PaxosError.SessionGap, 0), await session.AddAsync(3, 1));
        var (error, sum) = await session.AddAsync(2, 5);
        Assert.Equal(PaxosError.None, error);
        Assert.InRange(sum - 1005, before, after);
        await using RawSession other = new(ClusterName.Digest("embedded"), cluster.Addresses) { Group = made.Id };
        await other.OpenAsync();
        Assert.True(other.Id.Value > 1L << 32, $"{other.Id}");

        await GroupRestoreRig.EverywhereAsync(cluster, made.Id, status => status.IsHandedOver);
        File.Delete(_rig.Backup);
        await GroupRestoreRig.RestartAsync(cluster, made.Id);
        await using var late = cluster.CreateClient(new() { Group = made.Id });
        Assert.Equal(sum + 1, SumMachine.Read((await late.ExecuteAsync(SumMachine.Add(1))).Result));
    }

    [Fact]
    public async Task A_backup_that_came_over_the_wire_begins_groups_in_another_cluster()
    {
        GroupInfo lost;
        BackupInfo backup;
        await using (var elsewhere = await _rig.StartAsync())
        {
            lost = await GroupRestoreRig.MakeAsync(elsewhere, 30);
            BackupConnection connection = new(new()
            {
                Cluster = ClusterName.Digest("embedded"), Endpoints = [elsewhere.Addresses[0]],
            });
            backup = await BackupFile.SaveAsync(
                _rig.Backup, (file, token) => connection.RunAsync(lost.Id, file, null, token));
            var unknown = await Assert.ThrowsAsync<PaxosException>(
                () => connection.RunAsync(new(99), Stream.Null, null, CancellationToken.None));
            Assert.Contains("this node has no g99", unknown.Message, StringComparison.Ordinal);
        }

        Assert.Equal(lost.Id, backup.Group);
        foreach (var node in (string[])["a", "b", "c"])
        {
            _rig.Held[node] = _rig.Backup;
        }

        await using var cluster = await _rig.StartAsync();
        var one = await cluster.Nodes[0]!.Groups.RestoreAsync("one", backup.Id);
        var two = await cluster.Nodes[0]!.Groups.RestoreAsync("two", backup.Id);
        foreach (var group in (GroupInfo[])[one, two])
        {
            await GroupRestoreRig.EverywhereAsync(cluster, group.Id, status => status.Applied >= backup.Slot);
            Assert.Equal(31, await GroupRestoreRig.AddOneAsync(cluster, group.Id));
        }

        // Nothing of the one is taken for the other's, or the lost one's: tokens and starts differ.
        Assert.True(one.Id.Value > lost.Id.Value && two.Id != one.Id, $"{one.Id} and {two.Id} of {lost.Id}");
        Assert.NotEqual(one.Start.Digest, two.Start.Digest);
        Assert.NotEqual(backup.Fork, cluster.Nodes[0]!.Identity!.Fork);
        Assert.Equal(cluster.Nodes[0]!.Identity!.Fork, one.Restores!.Fork);
    }

    [Fact]
    public async Task A_backup_that_is_missing_damaged_or_another_is_refused_and_the_right_one_is_taken_after_that()
    {
        await using var cluster = await _rig.StartAsync();
        var groups = cluster.Nodes[0]!.Groups;
        var first = await GroupRestoreRig.MakeAsync(cluster, 20);
        var backup = await new ClusterBackup(cluster.Nodes[0]!, first.Id).SaveAsync(_rig.Backup);
        var other = Path.Combine(_rig.Folder, "other");
        var another = await new ClusterBackup(cluster.Nodes[0]!, first.Id).SaveAsync(other);
        Assert.NotEqual(backup.Id, another.Id);
        var nowhere = await RefusedAsync(cluster, backup.Id);
        Assert.Contains($"a has no backup {backup.Id:N}", nowhere, StringComparison.Ordinal);
        _rig.Held["a"] = other;
        Assert.Contains($"not backup {backup.Id:N}", await RefusedAsync(cluster, backup.Id), StringComparison.Ordinal);
        _rig.Held["a"] = _rig.Backup;
        _rig.Held["b"] = Path.Combine(_rig.Folder, "damaged");
        _rig.Held["c"] = other;
        var bytes = await File.ReadAllBytesAsync(_rig.Backup);
        bytes[^100] ^= 1;
        await File.WriteAllBytesAsync(_rig.Held["b"], bytes);

        var made = await groups.RestoreAsync("restored", backup.Id);
        await RestoreRig.Eventually(() => FailureOf(cluster, 1, made.Id) && FailureOf(cluster, 2, made.Id));

        // No founder of three has a quorum by itself.
        Assert.All([1, 2], node => Assert.Null(cluster.Nodes[node]!.Groups.StatusOf(made.Id)));
        Assert.Contains(
            $"not {backup.Id:N}", cluster.Nodes[2]!.Groups.FailureOf(made.Id), StringComparison.Ordinal);

        // The one gets the right file, the other none: each goes on in its own way.
        File.Copy(_rig.Backup, _rig.Held["b"], overwrite: true);
        Assert.Equal(made.Id, (await cluster.Nodes[1]!.Groups.RestoreAsync("restored", backup.Id)).Id);
        File.Delete(_rig.Held["c"]);
        await cluster.StopNodeAsync(2);
        await cluster.StartNodeAsync(2);
        await GroupRestoreRig.EverywhereAsync(cluster, made.Id, status => status.Applied >= backup.Slot);
        Assert.Equal(21, await GroupRestoreRig.AddOneAsync(cluster, made.Id));

        var taken = await Assert.ThrowsAsync<PaxosException>(() => groups.RestoreAsync("accounts", backup.Id));
        Assert.Contains("'accounts' is not restored", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Founders_without_the_state_serve_nothing_and_go_on_when_one_is_started_with_the_backup()
    {
        await using var cluster = await _rig.StartAsync();
        var lost = await GroupRestoreRig.MakeAsync(cluster, 40);
        var backup = await new ClusterBackup(cluster.Nodes[0]!, lost.Id).SaveAsync(_rig.Backup);

        // The group is chosen, and then everybody who could have had the backup is gone.
        var made = await GroupRestoreRig.ChooseAsync(cluster, lost, backup);
        await GroupRestoreRig.EverywhereAsync(cluster, made, status => status.Epoch!.Epoch == backup.Epoch.Epoch.Next);
        await using (var early = cluster.CreateClient(new() { Group = made, Timeout = TimeSpan.FromSeconds(2) }))
        {
            await Assert.ThrowsAsync<PaxosException>(
                async () => await early.QueryAsync(default, ReadConsistency.Linearizable));
        }

        Assert.All(cluster.Nodes, node => Assert.False(node!.Groups.StatusOf(made)!.IsHandedOver));
        _rig.Held["c"] = _rig.Backup;
        await GroupRestoreRig.RestartAsync(cluster, made);
        await GroupRestoreRig.EverywhereAsync(cluster, made, status => status.Applied >= backup.Slot);
        Assert.Equal(41, await GroupRestoreRig.AddOneAsync(cluster, made));

        // Whoever loses the state once more has the backup, and behind it the log.
        await GroupRestoreRig.RestartAsync(cluster, made, () => Enumerable.Range(0, 3).ToList().ForEach(index =>
            Directory.Delete(Path.Combine(cluster.DataOf(index), "snapshots"), recursive: true)));
        Assert.Equal(42, await GroupRestoreRig.AddOneAsync(cluster, made));
        await GroupRestoreRig.EverywhereAsync(
            cluster, made, status => status.IsHandedOver && status.Applied > backup.Slot);
    }

    private static bool FailureOf(PaxosCluster cluster, int node, GroupId group) =>
        cluster.Nodes[node]!.Groups.FailureOf(group) is not null;

    private static async Task<string> RefusedAsync(PaxosCluster cluster, Guid backup)
    {
        var refused = await Assert.ThrowsAsync<PaxosException>(
            () => cluster.Nodes[0]!.Groups.RestoreAsync("restored", backup));
        Assert.Equal(PaxosError.BadRequest, refused.Error);
        Assert.Null(cluster.Nodes[0]!.Groups.Find("restored"));
        return refused.Message;
    }
}
