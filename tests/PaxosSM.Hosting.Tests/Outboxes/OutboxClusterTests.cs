using System.Diagnostics;
using PaxosSM.Election;

namespace PaxosSM.Hosting.Tests.Outboxes;

/// <summary>Outboxes on whole nodes over TCP: each effect is taken once, whoever leads and whatever stops between
/// receipt and acknowledgement (R27).</summary>
public sealed class OutboxClusterTests : IDisposable
{
    private const int AheadMax = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly KeptReceiver _receiver = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("paxossm-outbox-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Leaders_stop_between_receipt_and_acknowledgement_and_each_effect_is_taken_once()
    {
        await using var cluster = await StartAsync();
        await using var notes = NoticeMachine.Connect(cluster.CreateClient());
        List<string> sent = [];
        for (var life = 0; life < 4; life++)
        {
            // The receiver has kept it, and does not get round to say so.
            TaskCompletionSource kept = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _receiver.BeforeConfirm = (_, end) =>
            {
                kept.TrySetResult();
                return Task.Delay(Timeout.Infinite, end);
            };
            await SendAsync(notes, sent, 5);
            await kept.Task.WaitAsync(Patience);
            _receiver.BeforeConfirm = (_, _) => Task.CompletedTask;
            var leader = cluster.LeaderIndex!.Value;
            await cluster.StopNodeAsync(leader);
            await SendAsync(notes, sent, 5);
            await cluster.StartNodeAsync(leader);
            await cluster.WaitForLeaderAsync(Patience);
        }

        await AllTakenAsync(cluster, sent);
        Assert.Single(_receiver.Taken.Select(entry => entry.Token.Fork).Distinct());
        Assert.True(_receiver.Duplicates >= 4, $"{_receiver.Duplicates} repeats");
    }

    [Fact]
    public async Task Leadership_is_handed_on_under_load_and_each_effect_is_taken_once()
    {
        await using var cluster = await StartAsync();
        await using var notes = NoticeMachine.Connect(cluster.CreateClient());
        _receiver.BeforeConfirm = (_, end) => Task.Delay(1, end);
        List<string> sent = [];
        using CancellationTokenSource stop = new();
        var load = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // Commands are faster than this receiver: what it lags behind by is waited for at the end.
                if (sent.Count - _receiver.Taken.Count < AheadMax)
                {
                    await SendAsync(notes, sent, 1);
                }
                else
                {
                    await Task.Delay(1, CancellationToken.None);
                }
            }
        });
        for (var time = 0; time < 8; time++)
        {
            var before = _receiver.Taken.Count;
            await OutboxBench.Eventually(() => _receiver.Taken.Count > before + 5, "nothing is delivered");
            await HandOnAsync(cluster);
        }

        await stop.CancelAsync();
        await load;
        await AllTakenAsync(cluster, sent);
        Assert.All(cluster.Nodes, node => Assert.Empty(node!.StoppedDeliveries));
    }

    [Fact]
    public async Task What_a_backup_holds_keeps_its_tokens_and_what_a_restored_cluster_adds_has_others()
    {
        var backup = Path.Combine(_folder, "backup");
        TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> sent = [];
        await using (var lost = await StartAsync())
        {
            // The backup is made before anything is confirmed; the receiver takes all of it after.
            _receiver.BeforeConfirm = (_, end) => open.Task.WaitAsync(end);
            await using var notes = NoticeMachine.Connect(lost.CreateClient());
            await SendAsync(notes, sent, 3);
            _ = await new ClusterBackup(lost.Leader!).SaveAsync(backup);
            open.SetResult();
            await AllTakenAsync(lost, sent);
            await SendAsync(notes, sent, 2); // the backup knows nothing of these
            await AllTakenAsync(lost, sent);
        }

        var before = _receiver.Duplicates;
        await using var restored = await StartAsync(options => options.Restore = backup, "restored");
        await using var late = NoticeMachine.Connect(restored.CreateClient());
        Assert.Equal(3, await late.QueryAsync("count"));
        await SendAsync(late, sent, 4);
        await AllTakenAsync(restored, sent);
        Assert.True(_receiver.Duplicates >= before + 3, "the backup's entries were not delivered again");
        Assert.Equal(2, _receiver.Taken.Select(entry => entry.Token.Fork).Distinct().Count());
        Assert.DoesNotContain(_receiver.Taken, entry => entry.Token.Fork == ForkId.None);
    }

    [Fact]
    public async Task Groups_beside_the_first_have_their_outboxes_delivered_too()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: new()
        {
            GroupMachines = _ => new NoticeMachine(),
            OutboxHandler = _receiver,
        });
        var group = await cluster.Nodes[0]!.Groups.CreateAsync("notes");
        await using var notes = NoticeMachine.Connect(cluster.CreateClient(new() { Group = group.Id }));
        List<string> sent = [];
        await SendAsync(notes, sent, 5);
        await OutboxBench.Eventually(() => _receiver.Taken.Count == 5, "nothing is delivered");
        Assert.Equal(sent, _receiver.TextsFor("bank"));
        Assert.All(_receiver.Taken, entry => Assert.Equal(group.Id, entry.Token.Group));
        Assert.True(await cluster.Nodes[0]!.Groups.RemoveAsync("notes"));
    }

    private static async Task SendAsync(
        StateMachineClient<Note, string, string, long> notes, List<string> sent, int count)
    {
        for (; count > 0; count--)
        {
            var text = $"note {sent.Count}";
            sent.Add(text);
            Assert.Contains("/g", await notes.ExecuteAsync(new("bank", text)), StringComparison.Ordinal);
        }
    }

    private static async Task HandOnAsync(PaxosCluster cluster)
    {
        var leader = (await cluster.WaitForLeaderAsync(Patience)).Name;
        var index = Enumerable.Range(0, 3).First(each => cluster.Nodes[each]!.Name == leader);
        var result = await new ClusterAdmin(cluster.Nodes[index]!)
            .TransferLeadershipAsync(cluster.Nodes[(index + 1) % 3]!.Name).WaitAsync(Patience);

        // On a machine that starves a node an election may come between.
        Assert.Contains(
            result.Error, (TransferError[])[TransferError.None, TransferError.NotLeader, TransferError.Superseded]);
    }

    // Taken, and gone from the outbox as the log knows it.
    private async Task AllTakenAsync(PaxosCluster cluster, List<string> sent)
    {
        await using var client = cluster.CreateClient();
        OutboxClient outbox = new(client);
        var since = Stopwatch.GetTimestamp();
        while ((await outbox.DestinationsAsync(9)).Count > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Patience, "something still waits");
            await Task.Delay(10);
        }

        Assert.Equal(sent, _receiver.TextsFor("bank"));
        Assert.Equal(_receiver.Taken.Select(entry => entry.Token).Distinct().Count(), sent.Count);
    }

    private Task<PaxosCluster> StartAsync(Action<PaxosOptions>? configure = null, string folder = "data") =>
        PaxosCluster.StartEmbeddedAsync<NoticeMachine>(options: new()
        {
            Data = Path.Combine(_folder, folder),
            OutboxHandler = _receiver,
            Configure = options => configure?.Invoke(options),
        });
}
