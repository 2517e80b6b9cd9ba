using PaxosSM.Log;
using PaxosSM.Runtime.InMemory;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>The log's in-memory twin.</summary>
public sealed class InMemoryLogTests
{
    private static readonly Ballot First = new(1, new(0), 1);

    [Fact]
    public void An_append_is_told_when_pumped_in_order_and_never_inside_the_call()
    {
        var log = new InMemoryLog();
        List<int> told = [];
        log.Append(GroupId.Default, [Vote(1)], () =>
        {
            told.Add(1);
            log.Append(GroupId.Default, [Vote(3)], () => told.Add(3));
        });
        log.Append(GroupId.Default, [Vote(2)], () => told.Add(2));
        Assert.Empty(told);
        Assert.Equal(2, log.Pump());
        Assert.Equal([1, 2], told);
        Assert.Equal(1, log.Pump());
        Assert.Equal([1, 2, 3], told);
    }

    [Fact]
    public async Task An_automatic_log_tells_without_being_pumped()
    {
        var log = new InMemoryLog(automatic: true);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        log.Append(GroupId.Default, [Vote(1)], told.SetResult);
        await told.Task;
    }

    [Fact]
    public void A_restart_finds_what_was_durable_and_loses_what_waited()
    {
        var log = new InMemoryLog();
        log.Append(GroupId.Default, [new PromiseWrite(First), Vote(1)], () => { });
        log.Append(new(2), [Vote(7)], () => { });
        log.Pump();
        log.Append(GroupId.Default, [Vote(2)], () => Assert.Fail("lost"));
        var again = log.Restart();
        log.Pump();
        Assert.Equal(
            [RecordKind.Promise, RecordKind.Vote],
            again.TakeRecovered(GroupId.Default).Select(each => each.Key.Kind));
        Assert.Empty(again.TakeRecovered(GroupId.Default));
        Assert.Single(again.TakeRecovered(new(2)));
        Assert.Equal(2, again.Restart().TakeRecovered(GroupId.Default).Count);
    }

    [Fact]
    public void A_checkpoint_drops_what_it_makes_superfluous()
    {
        var log = new InMemoryLog();
        log.Append(GroupId.Default, [new PromiseWrite(First), Vote(1), Vote(2), Vote(3)], () => { });
        log.Append(GroupId.Default, [new CheckpointWrite(First, First, default, null, new(3), new(2))], () => { });
        log.Pump();
        Assert.Equal(
            [RecordKind.Vote, RecordKind.Checkpoint],
            log.DurableOf(GroupId.Default).Select(each => RecordKey.Of(each).Kind));
    }

    [Fact]
    public void A_failed_log_tells_nothing_any_more()
    {
        var log = new InMemoryLog();
        log.Append(GroupId.Default, [Vote(1)], () => Assert.Fail("told"));
        log.Fail("flush failed");
        log.Append(GroupId.Default, [Vote(2)], () => Assert.Fail("told"));
        Assert.Equal(0, log.Pump());
        Assert.Equal("flush failed", log.Failure);
    }

    private static VoteWrite Vote(long slot) =>
        new(First, new(0), new(slot), new(ValueKind.Skip, default, default), default, default);
}
