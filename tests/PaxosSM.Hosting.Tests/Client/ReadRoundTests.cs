using Microsoft.Extensions.Time.Testing;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>Which reads share a round.</summary>
public sealed class ReadRoundTests : IClientReplies
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<ClientFrame> _frames = [];
    private readonly FakeGroup _group;
    private readonly IClientConnection _client;

    public ReadRoundTests()
    {
        _group = new(_time);
        _client = _group.Gateway.Connect(this);
        _time.Advance(TimeSpan.FromSeconds(1));
        _group.Gateway.OnTick(_group.Now);
    }

    [Fact]
    public void A_round_begins_when_the_reads_before_it_are_executed_and_all_that_came_meanwhile_share_it()
    {
        Ask(1);
        _group.AnswerReads(Slot.Zero);
        Ask(2);
        Ask(3);
        Assert.Empty(_group.Reads);
        _group.RunQueries();
        Assert.Single(_group.Reads);
        _group.AnswerReads(Slot.Zero);
        _group.RunQueries();
        Assert.Equal([1, 2, 3], Answered());
        Assert.Empty(_group.Reads);
    }

    [Fact]
    public void Reads_that_wait_for_slots_hold_up_no_round_for_longer_than_a_tick()
    {
        Ask(1);
        _group.AnswerReads(new(7));
        Ask(2);
        Assert.Empty(_group.Reads);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        _group.Gateway.OnTick(_group.Now);
        Assert.Single(_group.Reads);
        _group.AnswerReads(Slot.Zero);
        _group.RunQueries();
        Assert.Equal([2], Answered());
    }

    [Fact]
    public void Reads_that_one_thread_brings_together_share_a_round()
    {
        LentThread.Begin();
        Ask(1);
        Ask(2);
        Assert.Empty(_group.Reads);
        LentThread.End();
        Assert.Single(_group.Reads);
        _group.AnswerReads(Slot.Zero);
        _group.RunQueries();
        Assert.Equal([1, 2], Answered());
    }

    bool IClientReplies.Send(ClientFrame frame)
    {
        _frames.Add(frame);
        return true;
    }

    private void Ask(long id) => _client.OnFrameAsync(
        new ClientQuery(GroupId.Default, id, ReadConsistency.Linearizable, TimeSpan.FromSeconds(10), default)).AsTask();

    private IEnumerable<long> Answered() => from result in _frames.OfType<ClientQueryResult>()
                                            where result.Error == PaxosError.None
                                            select result.Id;
}
