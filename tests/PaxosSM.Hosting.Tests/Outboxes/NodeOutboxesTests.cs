using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using PaxosSM.Client;

namespace PaxosSM.Hosting.Tests.Outboxes;

/// <summary>The outboxes of a node's groups: each is delivered while its own group is led here.</summary>
public sealed class NodeOutboxesTests
{
    private static readonly GroupId One = new(1);
    private static readonly GroupId Two = new(2);

    [Fact]
    public async Task Each_group_is_told_of_its_own_leader_of_one_elected_before_it_was_there_too()
    {
        using Meter meter = new(MetricsEventSink.MeterName);
        OutboxEvents events = new(new(NullLogger.Instance, "a"), meter, "a");
        OutboxBench one = new();
        OutboxBench two = new();
        await one.AddAsync("bank", "1");
        await two.AddAsync("shop", "2");
        KeptReceiver receiver = new();
        NodeOutboxes outboxes = new(receiver, new() { WakeInterval = TimeSpan.Zero }, events, TimeProvider.System);
        outboxes.On(One, new LeaderChanged(BallotOf(OutboxBench.Self), "elected"));
        _ = outboxes.Add(One, OutboxBench.Self, Members(MemberRoles.All), one.Connect);
        _ = outboxes.Add(Two, OutboxBench.Self, Members(MemberRoles.All, MemberRoles.All), two.Connect);
        await OutboxBench.Eventually(() => one.Waiting == 0, "the first group's leader does not deliver");
        outboxes.On(Two, new LeaderChanged(BallotOf(new(2)), "elected"));
        Assert.Equal((1, 0), (two.Waiting, two.Clients));
        outboxes.On(Two, new LeaderChanged(BallotOf(OutboxBench.Self), "elected"));
        await OutboxBench.Eventually(() => two.Waiting == 0, "the second group's leader does not deliver");
        Assert.Equal(["1"], receiver.TextsFor("bank"));
        Assert.Equal(["2"], receiver.TextsFor("shop"));

        await outboxes.DisposeAsync();
        Assert.Equal((0, 0), (one.Clients, two.Clients));
        outboxes.On(One, new LeaderChanged(BallotOf(OutboxBench.Self), "nobody listens"));
        await one.EndAsync();
        await two.EndAsync();
    }

    [Fact]
    public async Task Where_the_leader_does_not_learn_every_learner_delivers_and_nobody_else()
    {
        using Meter meter = new(MetricsEventSink.MeterName);
        OutboxEvents events = new(new(NullLogger.Instance, "a"), meter, "a");
        OutboxBench one = new();
        await one.AddAsync("bank", "1");
        KeptReceiver receiver = new();
        NodeOutboxes outboxes = new(receiver, new() { WakeInterval = TimeSpan.Zero }, events, TimeProvider.System);
        _ = outboxes.Add(One, OutboxBench.Self, Members(MemberRoles.Proposer, MemberRoles.All), one.Connect);
        outboxes.On(One, new LeaderChanged(BallotOf(OutboxBench.Self), "it has no state"));
        Assert.Equal((1, 0), (one.Waiting, one.Clients));
        outboxes.On(One, Began(MemberRoles.All, MemberRoles.All));
        await OutboxBench.Eventually(() => one.Waiting == 0, "the leader learns, and does not deliver");

        outboxes.On(One, new LeaderChanged(BallotOf(new(2)), "elected"));
        await OutboxBench.Eventually(() => one.Clients == 0, "another node that learns leads");
        await one.AddAsync("bank", "2");
        outboxes.On(One, Began(MemberRoles.All, MemberRoles.Proposer));
        await OutboxBench.Eventually(() => one.Waiting == 0, "the leader does not learn any more, and who does sleeps");
        Assert.Equal(["1", "2"], receiver.TextsFor("bank"));
        outboxes.On(One, new LeaderChanged(Ballot.None, "nobody leads"));
        await OutboxBench.Eventually(() => one.Clients == 0, "nobody leads, and it delivers");

        await outboxes.DisposeAsync();
        await one.EndAsync();
    }

    private static EpochBegan Began(params MemberRoles[] roles) =>
        new(new(new(9), 0, Members(roles)), MemberRoles.All);

    private static Configuration Members(params MemberRoles[] roles) => new(
        Epoch.First,
        [
            .. roles.Select((each, place) => new Member(
                new((ushort)(OutboxBench.Self.Value + place)), $"m{place}", $"m{place}:1", each, StorageId.None)),
        ]);

    private static Ballot BallotOf(NodeId node) => new(1, node, 1);
}
