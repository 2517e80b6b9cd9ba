using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests.Client;

public sealed class DeadlineTests
{
    [Fact]
    public async Task A_timeout_says_who_is_missing_since_when_and_for_what_it_waited()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("before"));
        bench.Group.SetLeader(null, reachable: 1);
        var began = bench.Time.GetUtcNow();
        var command = bench.Execute("hopeless");
        await bench.Run(command);
        var failure = await Assert.ThrowsAsync<PaxosException>(() => command);
        Assert.Equal(PaxosError.Timeout, failure.Error);
        Assert.StartsWith(
            "no quorum: b unreachable since 12:01:05 (connection refused), "
                + "c unreachable since 12:01:05 (connection refused); waited 10.0 s for",
            failure.Message,
            StringComparison.Ordinal);
        Assert.InRange(bench.Time.GetUtcNow() - began, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(15));

        bench.Group.SetLeader(1);
        var after = bench.Execute("after");
        await bench.Run(after);
        await after;
    }

    [Fact]
    public async Task A_timeout_without_a_connection_says_why_there_is_none()
    {
        await using var bench = new ClientBench();
        bench.Channel.Disconnect();
        var command = bench.Execute("hopeless");
        await bench.Run(command);
        var failure = await Assert.ThrowsAsync<PaxosException>(() => command);
        Assert.StartsWith("not connected: 127.0.0.1:7001 (connection refused); waited 10.0 s for a session",
            failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_any_more_is_named_and_left()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("before"));
        var command = bench.Execute("hopeless");
        while (!command.IsCompleted)
        {
            // Nothing is pumped: the node is frozen.
            bench.Time.Advance(TimeSpan.FromMilliseconds(10));
            await ClientBench.Settle();
        }

        var failure = await Assert.ThrowsAsync<PaxosException>(() => command);
        Assert.StartsWith("connected to 127.0.0.1:7001, no answer", failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(bench.Channel.Moves);
    }

    [Fact]
    public async Task A_node_that_knows_no_leader_for_long_is_left()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("before"));
        bench.Group.SetLeader(null);
        await bench.Run(bench.Execute("hopeless").ContinueWith(_ => { }, TaskScheduler.Default));
        Assert.NotEmpty(bench.Channel.Moves);
    }

    [Fact]
    public async Task A_cancelled_wait_ends_at_once_with_the_reason()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("before"));
        bench.Group.SetLeader(null, reachable: 1);
        using var cancellation = new CancellationTokenSource();
        var command = bench.Execute("hopeless", cancellation.Token);
        bench.Pump();
        await cancellation.CancelAsync();
        var failure = await Assert.ThrowsAsync<OperationCanceledException>(() => command);
        Assert.Equal(cancellation.Token, failure.CancellationToken);
        Assert.StartsWith("no quorum: b unreachable", failure.Message, StringComparison.Ordinal);
        Assert.Equal(PaxosError.Timeout, Assert.IsType<PaxosException>(failure.InnerException).Error);
    }

    [Fact]
    public async Task A_command_given_up_is_not_applied_after_a_later_one()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("before"));
        using var cancellation = new CancellationTokenSource();
        (bench.Group.LossesLeft, bench.Group.LossesEnd) = (1, "given up");
        var command = bench.Execute("given up", cancellation.Token);
        await bench.Until(() => bench.Group.LossesLeft == 0);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command);
        await bench.Run(bench.Execute("later"));

        // Its late twin, from a slow forwarder, finds its number acknowledged.
        var twin = bench.Channel.Sent.OfType<ClientSubmit>().Single(
            submit => submit.Entries.Span.EndsWith("given up"u8));
        bench.Group.Submit(twin.Entries, twin.Count);
        bench.Pump();
        Assert.Equal(["before", "later"], bench.Journal);
    }

    [Fact]
    public async Task A_command_of_a_stream_keeps_its_place_after_its_wait_timed_out()
    {
        await using var bench = new ClientBench();
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(opening);
        var stream = await opening;
        bench.Group.SetLeader(null);
        var memory = "first"u8.ToArray();
        var first = stream.ExecuteAsync(memory).AsTask();
        await bench.Run(first);
        Assert.Equal(PaxosError.Timeout, (await Assert.ThrowsAsync<PaxosException>(() => first)).Error);

        // The wait is over, so the memory is the caller's again.
        memory.AsSpan().Clear();
        bench.Group.SetLeader(2);
        var second = stream.ExecuteAsync(ClientBench.Bytes("second")).AsTask();
        await bench.Run(second);
        await second;
        Assert.Equal(["first", "second"], bench.Journal);
    }

    [Fact]
    public async Task A_flush_and_an_opening_end_at_their_deadlines_too()
    {
        await using var bench = new ClientBench();
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(opening);
        var stream = await opening;
        bench.Group.SetLeader(null, reachable: 1);
        var command = stream.ExecuteAsync(ClientBench.Bytes("stuck")).AsTask();
        var flush = stream.FlushAsync().AsTask();
        var another = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(Task.WhenAll(command, flush, another).ContinueWith(_ => { }, TaskScheduler.Default));
        foreach (var task in new[] { command, flush, another })
        {
            var failure = await Assert.ThrowsAsync<PaxosException>(() => task);
            Assert.Equal(PaxosError.Timeout, failure.Error);
            Assert.Contains("no quorum: b unreachable since 12:01:05", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_query_ends_at_its_deadline_with_the_reason()
    {
        await using var bench = new ClientBench(new() { Timeout = TimeSpan.FromSeconds(3) });
        bench.Group.SetLeader(null, reachable: 1);
        var query = bench.Client.QueryAsync(default).AsTask();
        await bench.Run(query);
        var failure = await Assert.ThrowsAsync<PaxosException>(() => query);
        Assert.Equal(PaxosError.Timeout, failure.Error);
        Assert.Contains(
            "no quorum: b unreachable since 12:01:05 (connection refused)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("waited 3.0 s", failure.Message, StringComparison.Ordinal);
    }
}
