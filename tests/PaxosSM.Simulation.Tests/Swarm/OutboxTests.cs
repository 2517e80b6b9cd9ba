using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Swarm;

/// <summary>Effects of a simulated cluster's commands (R27): each is taken once, whatever breaks.</summary>
public sealed class OutboxTests
{
    private static readonly ForkId Founded = new(7);

    private static readonly SimulationPlan Three = new()
    {
        Seed = 3,
        Members = [MemberRoles.All, MemberRoles.All, MemberRoles.All],
        Outbox = new()
        {
            Destinations = 3,
            EffectPercent = 100,
            LossPermille = 50,
            UnconfirmedPermille = 50,
            RepeatPermille = 100,
            LateMax = TimeSpan.FromMilliseconds(200),
        },
        Duration = TimeSpan.FromSeconds(4),
    };

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Each_effect_is_taken_once_under_crashes(bool ownStores, bool optimistic)
    {
        var plan = Three with { OwnStores = ownStores, Optimistic = optimistic, Faults = [.. Crashes()] };
        var result = Simulator.Run(plan);
        var again = Simulator.Run(plan);

        Assert.True(result.Violation is null, result.Violation?.Text);
        Assert.Equal(result.EventHash, again.EventHash);
        Assert.Equal(result.Counts, again.Counts);
        Assert.InRange(result.Counts["effects committed"], 51, long.MaxValue);
        Assert.Equal(result.Counts["effects committed"], result.Counts["effects taken"]);
        Assert.True(result.Counts["effects that came again"] > 0);
        Assert.True(result.Counts["deliveries that failed"] > 0);
    }

    [Fact]
    public void A_destination_that_was_left_alone_gets_everything_once_the_receivers_are_there()
    {
        var result = Simulator.Run(Three with
        {
            Outbox = Three.Outbox with { LossPermille = 800, AttemptsMax = 2 },
            Faults = [.. Crashes()],
        });

        Assert.True(result.Violation is null, result.Violation?.Text);
        Assert.True(result.Counts["destinations left alone"] > 0);
        Assert.Equal(result.Counts["effects committed"], result.Counts["effects taken"]);
    }

    [Fact]
    public void Groups_beside_the_first_one_have_effects_of_their_own()
    {
        var alone = Simulator.Run(Three);
        var result = Simulator.Run(Three with { Faults = [new CreateGroup(TimeSpan.FromSeconds(1), 1)] });

        Assert.True(result.Violation is null, result.Violation?.Text);
        Assert.Equal(result.Counts["effects committed"], result.Counts["effects taken"]);
        Assert.True(result.Counts["effects taken"] > alone.Counts["effects taken"]);
    }

    [Fact]
    public void Effects_go_on_in_the_fork_of_those_who_survived()
    {
        for (var chance = 1UL; chance <= 4; chance++)
        {
            var result = Simulator.Run(Three with
            {
                Faults = [new Force(TimeSpan.FromSeconds(2.2), [1], TimeSpan.FromMilliseconds(500), chance)],
                Duration = TimeSpan.FromSeconds(6),
            });

            Assert.True(result.Violation is null, $"chance {chance}: {result.Violation?.Text}");
            Assert.Equal(1, result.Counts["forced epochs"]);
        }
    }

    [Fact]
    public void Every_swarm_has_outboxes_with_all_else()
    {
        var plans = Enumerable.Range(0, 600).Select(seed => SwarmPlans.Of((ulong)seed, new() { Seconds = 8 })).ToList();
        var with = plans.Where(plan => plan.Outbox.Destinations > 0).ToList();

        Assert.InRange(with.Count, 150, 250);
        Assert.Contains(with, plan => plan is { OwnStores: true, Outbox.LossPermille: > 0 });
        Assert.Contains(with, plan => plan is { OwnStores: false, Optimistic: true, Outbox.AttemptsMax: > 0 });
        Assert.Contains(with, plan => plan.HostsGroups);
        Assert.Contains(with, plan => plan.Faults.Any(fault => fault is Force));
    }

    [Fact]
    public void What_was_not_committed_is_found()
    {
        World world = new(1);
        EffectLedger ledger = NewLedger(world);
        ledger.OnCommitted("n0", Effect(5, 0, Founded));

        ledger.Take("n1", Entry(Effect(6, 0, Founded)));

        Assert.Contains("no replica has committed that", world.Broken!.Text);
    }

    [Fact]
    public void What_is_skipped_and_then_taken_for_a_repeat_is_found()
    {
        World world = new(1);
        EffectLedger ledger = NewLedger(world);
        ledger.OnCommitted("n0", Effect(5, 0, Founded));
        ledger.OnCommitted("n0", Effect(6, 0, Founded));
        ledger.Take("n0", Entry(Effect(6, 0, Founded)));
        Assert.Null(world.Broken);

        ledger.Take("n0", Entry(Effect(5, 0, Founded)));

        Assert.Contains("taken for a repeat", world.Broken!.Text);
    }

    [Fact]
    public void Replicas_that_name_one_effect_differently_are_found()
    {
        World world = new(1);
        EffectLedger ledger = NewLedger(world);
        ledger.OnCommitted("n0", Effect(5, 0, Founded));
        ledger.OnCommitted("n1", Effect(5, 0, Founded));
        Assert.Null(world.Broken);

        ledger.OnCommitted("n2", Effect(5, 0, Founded) with { Destination = "another" });

        Assert.Equal("R27 each effect once", world.Broken!.Property);
    }

    [Fact]
    public void A_token_that_does_not_name_its_fork_is_found()
    {
        World world = new(1);
        EffectLedger ledger = NewLedger(world);
        ledger.OnCommitted("n0", Effect(5, 0, Founded));
        ledger.OnCommitted("n0", Effect(9, 0, Founded));
        ForkId next = new(8);
        var fork = ledger.NewFork(new(5), new(new(2), [], default) { Fork = next });
        Assert.Equal((2, 1), (ledger.Waiting, fork.Waiting));
        fork.OnCommitted("n0", Effect(7, 0, Founded) with { Token = Token(7, 0, next) with { Epoch = new(2) } });
        Assert.Null(world.Broken);

        fork.OnCommitted("n0", Effect(8, 0, Founded) with { Token = Token(8, 0, Founded) with { Epoch = new(2) } });

        Assert.Equal("R33 tokens name their fork", world.Broken!.Property);
    }

    private static EffectLedger NewLedger(World world) => new(world, new(world, null));

    private static OutboxToken Token(long slot, int index, ForkId fork) =>
        new(fork, GroupId.Default, Epoch.First, new(slot), index, 0);

    private static Effect Effect(long slot, int index, ForkId fork) => new(Token(slot, index, fork), "bank", 99);

    private static OutboxEntry Entry(in Effect effect) =>
        new(effect.Token, effect.Destination, BitConverter.GetBytes(effect.Cause));

    private static IEnumerable<Fault> Crashes()
    {
        for (var at = 600; at < 3600; at += 250)
        {
            yield return new Crash(
                TimeSpan.FromMilliseconds(at), at / 250 % 3, TimeSpan.FromMilliseconds(120), at % 70, at % 4 == 0);
        }
    }
}
