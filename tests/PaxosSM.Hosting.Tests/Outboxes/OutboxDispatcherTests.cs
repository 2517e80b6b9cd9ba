namespace PaxosSM.Hosting.Tests.Outboxes;

/// <summary>How one node delivers an outbox: in order, at least once, while it leads (R27).</summary>
public sealed class OutboxDispatcherTests
{
    [Fact]
    public async Task What_is_added_is_delivered_in_order_and_leaves_the_outbox()
    {
        OutboxBench bench = new();
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await bench.AddAsync("bank", "1", "2", "3");
        await bench.AddAsync("shop", "x");
        await OutboxBench.Eventually(() => bench.Waiting == 0, "not all was delivered");
        Assert.Equal(["1", "2", "3"], bench.Receiver.TextsFor("bank"));
        Assert.Equal(["x"], bench.Receiver.TextsFor("shop"));
        Assert.Equal(0, bench.Receiver.Duplicates);
        Assert.Equal(4, bench.Readings.Lines.Count(line => line == "paxossm.outbox.delivered group=1 node=a: 1"));
        await bench.EndAsync();
    }

    [Fact]
    public async Task Who_does_not_lead_delivers_nothing()
    {
        OutboxBench bench = new();
        await bench.AddAsync("bank", "1");
        bench.Dispatcher.OnLeader(new(2));
        bench.Dispatcher.OnLeader(NodeId.None);
        Assert.Equal(0, bench.Clients);
        Assert.Equal(1, bench.Waiting);
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await OutboxBench.Eventually(() => bench.Waiting == 0, "the new leader does not deliver what waits");
        await bench.EndAsync();
    }

    [Fact]
    public async Task Nothing_is_acknowledged_before_the_receiver_has_confirmed_it()
    {
        TaskCompletionSource confirm = new(TaskCreationOptions.RunContinuationsAsynchronously);
        OutboxBench bench = new();
        bench.Receiver.BeforeConfirm = (_, end) => confirm.Task.WaitAsync(end);
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await bench.AddAsync("bank", "1", "2");
        await OutboxBench.Eventually(() => bench.Receiver.Taken.Count == 1, "the first did not come");
        Assert.Equal(2, bench.Waiting);
        bench.Dispatcher.OnLeader(new(2));
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await OutboxBench.Eventually(() => bench.Receiver.Duplicates == 1, "the first did not come again");
        Assert.Equal(2, bench.Waiting);
        Assert.Single(bench.Receiver.Taken);
        confirm.SetResult();
        await OutboxBench.Eventually(() => bench.Waiting == 0, "not all was delivered");
        Assert.Equal(["1", "2"], bench.Receiver.TextsFor("bank"));
        await bench.EndAsync();
    }

    [Fact]
    public async Task A_leader_that_is_deposed_and_leads_again_at_once_goes_on_by_itself()
    {
        OutboxBench bench = new();
        bench.Receiver.BeforeConfirm = (_, end) => Task.Delay(Timeout.Infinite, end);
        await bench.AddAsync("bank", "1");
        for (var reign = 0; reign < 50; reign++)
        {
            bench.Dispatcher.OnLeader(OutboxBench.Self);
            await OutboxBench.Eventually(() => bench.Receiver.Duplicates == reign, "the new reign does not begin");
            await OutboxBench.Eventually(() => bench.Receiver.Taken.Count == 1, "the first did not come");
            bench.Dispatcher.OnLeader(NodeId.None);
        }

        await bench.EndAsync();
    }

    [Fact]
    public async Task A_leader_that_is_deposed_acknowledges_what_was_confirmed()
    {
        OutboxBench bench = new();
        bench.Receiver.BeforeConfirm = (entry, end) =>
            bench.Receiver.Taken.Count == 3 ? Task.Delay(Timeout.Infinite, end) : Task.CompletedTask;
        await bench.AddAsync("bank", "1", "2", "3");
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await OutboxBench.Eventually(() => bench.Receiver.Taken.Count == 3, "the third did not come");
        bench.Dispatcher.OnLeader(NodeId.None);
        await OutboxBench.Eventually(() => bench.Waiting == 1, "what was confirmed was not acknowledged");
        await OutboxBench.Eventually(() => bench.Clients == 0, "the client was not closed");
        await bench.EndAsync();
    }

    [Fact]
    public async Task A_destination_that_keeps_failing_is_left_alone_and_told_and_the_others_go_on()
    {
        var fails = true;
        var tries = 0;
        OutboxBench bench = new(options => options with { DestinationsMax = 1 });
        bench.Receiver.BeforeConfirm = (entry, _) =>
        {
            if (entry.Destination != "bank" || !Volatile.Read(ref fails))
            {
                return Task.CompletedTask;
            }

            Interlocked.Increment(ref tries);
            throw new IOException("the bank is closed");
        };
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await bench.AddAsync("bank", "1", "2");
        await OutboxBench.Eventually(() => bench.Dispatcher.Stopped.Count == 1, "nothing tells of the bank");
        await bench.AddAsync("shop", "x");
        await OutboxBench.Eventually(() => bench.Receiver.TextsFor("shop").Any(), "the shop waits for the bank");
        var stopped = Assert.Single(bench.Dispatcher.Stopped);
        Assert.Equal(("bank", "failed 3 times, at last: the bank is closed"), (stopped.Destination, stopped.Why));
        Assert.Equal(3, tries);
        Assert.Equal(3, bench.Readings.Lines.Count(line => line == "paxossm.outbox.failed group=1 node=a: 1"));
        Assert.Contains("paxossm.outbox.stopped group=1 node=a: 1", bench.Readings.Lines);

        Volatile.Write(ref fails, false);
        bench.Dispatcher.Resume();
        await OutboxBench.Eventually(() => bench.Waiting == 0, "it was not resumed");
        Assert.Equal(["1", "2"], bench.Receiver.TextsFor("bank"));
        Assert.Empty(bench.Dispatcher.Stopped);
        await bench.EndAsync();
    }

    [Theory]
    [InlineData(1, 10_000_000)]
    [InlineData(256, 1)]
    public async Task Destinations_without_a_place_of_their_own_take_turns(int readEntriesMax, long acknowledgeTicks)
    {
        OutboxBench bench = new(options => options with
        {
            DestinationsMax = 1,
            ReadEntriesMax = readEntriesMax,
            AcknowledgeInterval = TimeSpan.FromTicks(acknowledgeTicks),
        });
        await bench.AddAsync("bank", "1", "2", "3");
        await bench.AddAsync("shop", "x", "y");
        await bench.AddAsync("tax", "t");
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await OutboxBench.Eventually(() => bench.Waiting == 0, "not all was delivered");
        var order = bench.Receiver.Taken.Select(entry => entry.Destination);
        Assert.Equal(["bank", "shop", "tax", "bank", "shop", "bank"], order);
        Assert.Equal(["1", "2", "3"], bench.Receiver.TextsFor("bank"));
        Assert.Equal(["x", "y"], bench.Receiver.TextsFor("shop"));
        Assert.Equal(0, bench.Receiver.Duplicates);
        await bench.EndAsync();
    }

    [Fact]
    public async Task What_comes_for_one_destination_without_end_keeps_no_other_one_waiting()
    {
        OutboxBench bench = new(options => options with { DestinationsMax = 1, ReadEntriesMax = 1 });
        bench.Receiver.BeforeConfirm = (entry, _) =>
            bench.Receiver.TextsFor("shop").Any() ? Task.CompletedTask : bench.AddAsync("bank", "more");
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await bench.AddAsync("bank", "1");
        await bench.AddAsync("shop", "x");
        await OutboxBench.Eventually(() => bench.Receiver.TextsFor("shop").Any(), "the shop waits for the bank");
        await OutboxBench.Eventually(() => bench.Waiting == 0, "not all was delivered");
        await bench.EndAsync();
    }

    [Fact]
    public async Task A_handler_that_neither_returns_nor_heeds_its_token_is_tried_again()
    {
        TaskCompletionSource never = new();
        var calls = 0;
        OutboxBench bench = new(options => options with { DeliveryTimeout = TimeSpan.FromMilliseconds(20) });
        bench.Receiver.BeforeConfirm = (_, _) =>
            Interlocked.Increment(ref calls) == 1 ? never.Task : Task.CompletedTask;
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await bench.AddAsync("bank", "1");
        await OutboxBench.Eventually(() => bench.Waiting == 0, "it was not tried again");
        Assert.Equal((2, 1L), (calls, bench.Receiver.Duplicates));
        await bench.EndAsync();
    }

    [Fact]
    public async Task What_was_confirmed_is_not_delivered_again_when_acknowledging_fails()
    {
        OutboxBench bench = new() { FailingAcknowledgements = 4 };
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await bench.AddAsync("bank", "1", "2");
        await OutboxBench.Eventually(() => bench.Waiting == 0, "nothing was acknowledged in the end");
        Assert.Equal(["1", "2"], bench.Receiver.TextsFor("bank"));
        Assert.Equal(0, bench.Receiver.Duplicates);
        await bench.EndAsync();
    }

    [Fact]
    public async Task A_deliverer_without_work_closes_its_client_and_comes_back_when_something_is_added()
    {
        OutboxBench bench = new(options => options with { IdleAfter = TimeSpan.FromMilliseconds(20) });
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await bench.AddAsync("bank", "1");
        await OutboxBench.Eventually(() => bench.Receiver.Taken.Count == 1 && bench.Clients == 0, "it stays open");
        await bench.AddAsync("bank", "2");
        await OutboxBench.Eventually(() => bench.Receiver.Taken.Count == 2 && bench.Clients == 0, "it does not wake");
        await bench.EndAsync();
    }

    [Fact]
    public async Task A_machine_that_does_not_let_go_of_what_was_acknowledged_is_told_and_not_asked_for_ever()
    {
        OutboxBench bench = new() { DropsAcknowledgements = true };
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await bench.AddAsync("bank", "1");
        await OutboxBench.Eventually(() => bench.Dispatcher.Stopped.Count == 1, "nothing tells of the machine");
        Assert.Contains("the machine is wrong", bench.Dispatcher.Stopped[0].Why, StringComparison.Ordinal);
        Assert.Equal(["1"], bench.Receiver.TextsFor("bank"));
        await bench.EndAsync();
    }

    [Fact]
    public async Task An_end_waits_for_nothing()
    {
        OutboxBench bench = new();
        bench.Receiver.BeforeConfirm = (_, end) => Task.Delay(Timeout.Infinite, end);
        bench.Dispatcher.OnLeader(OutboxBench.Self);
        await bench.AddAsync("bank", "1");
        await OutboxBench.Eventually(() => bench.Receiver.Taken.Count == 1, "it did not come");
        await bench.EndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((1, 0), (bench.Waiting, bench.Clients));
    }
}
