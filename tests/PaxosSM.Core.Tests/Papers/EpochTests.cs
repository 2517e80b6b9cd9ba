using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Reconfiguration;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>Stoppable epochs, rule by rule (R11..R15). Lamport, Malkhi and Zhou, <i>Reconfiguring a State
/// Machine</i>.</summary>
public sealed class EpochTests
{
    private static readonly Instant Start = new(1_000_000);
    private static readonly Configuration First = Of(new(1), 0, 1, 2);
    private static readonly Configuration Second = Of(new(2), 1, 2, 3);

    [Fact]
    public void The_first_stop_that_expects_the_epoch_ends_it_and_what_lies_above_is_void_R11()
    {
        ChosenLog log = new(Slot.Zero);
        log.Add(new(1), StopOf(new(7), Of(new(8), 0)));
        log.Add(new(4), Command(4));
        log.Add(new(2), Command(2));
        Assert.Null(log.Next);

        var stop = StopOf(Epoch.First, Second);
        log.Add(new(3), stop);
        Assert.Equal((new Slot(3), stop.Checksum), (log.Next!.Base, log.Next.Digest));
        Assert.Equal(new(3), log.Frontier);
        Assert.False(log.Contains(new(4)));
        Assert.False(log.Add(new(4), Command(5)));

        log.Begin(log.Next);
        Assert.True(log.Add(new(4), StopOf(Epoch.First, Second)));
        Assert.Null(log.Next);
        Assert.Equal(new(4), log.Frontier);
    }

    [Fact]
    public void A_stop_that_nobody_could_work_with_ends_nothing()
    {
        Assert.NotNull(Stop.NextAfter(Epoch.First, new(9), StopOf(Epoch.First, Second)));
        Assert.Null(Stop.NextAfter(Epoch.First, new(9), StopOf(Epoch.First, Of(new(3), 0))));
        Assert.Null(Stop.NextAfter(
            Epoch.First, new(9), StopOf(Epoch.First, new(new(2), Second.Members, QuorumRule.Flexible(1, 2)))));
        Assert.Null(Stop.NextAfter(Epoch.First, new(9), new(ValueKind.Stop, LogTime.Zero, new byte[20])));
    }

    [Theory]
    [InlineData(3, 0, 0, 0, true)]
    [InlineData(4, 1, 3, 2, true)]
    [InlineData(4, 1, 2, 2, false)]
    [InlineData(3, 1, 4, 1, false)]
    [InlineData(6, 2, 2, 3, true)]
    [InlineData(5, 2, 2, 3, false)]
    public void A_quorum_rule_is_one_whose_phases_always_meet(int acceptors, byte kind, int one, int two, bool isOne)
    {
        QuorumRule rule = new((QuorumKind)kind, one, two);
        Assert.Equal(isOne, rule.ProblemFor(acceptors) is null);
        if (!isOne)
        {
            return;
        }

        NodeSet all = new((1UL << acceptors) - 1);
        var quorums = rule.Of(all);
        for (ulong bits = 0; bits <= all.Bits; bits++)
        {
            NodeSet some = new(bits);
            Assert.False(quorums.IsPhase1(some) && quorums.IsPhase2(all.Without(some)));
            if (some.Count <= quorums.FaultsTolerated)
            {
                Assert.True(quorums.CanLead(all.Without(some)));
            }
        }
    }

    [Fact]
    public void A_hand_over_counts_listed_storages_that_name_the_same_stop_and_nobody_else_R14()
    {
        ReplicaContext context = new(new(1), new(1), 1, Second, new(), 1);
        EpochStart start = new(new(9), 5, Second);
        HandOver handOver = new(context, start, First);
        EpochStarted Word(ushort node) => handOver.OwnOf(StorageOf(node));

        handOver.On(new(1), Word(1));
        handOver.On(new(2), Word(2) with { Digest = 6 });
        handOver.On(new(2), Word(2) with { Storage = StorageOf(7) });
        handOver.On(new(0), Word(0));
        Assert.False(handOver.IsEnough);
        handOver.On(new(2), Word(2));
        Assert.True(handOver.IsEnough);
    }

    [Fact]
    public void Old_votes_are_kept_until_enough_learners_hold_what_was_chosen_before_R14()
    {
        ReplicaContext context = new(new(1), new(1), 1, Second, new(), 1);
        HandOver handOver = new(context, new(new(9), 5, Second), First);
        Assert.False(handOver.Tombstone.Held);
        handOver.On(new(0), handOver.OwnOf(StorageOf(0)));
        Assert.False(handOver.Tombstone.Held);
        handOver.On(new(1), handOver.OwnOf(StorageOf(1)));
        Assert.True(handOver.Tombstone.Held);
        Assert.False(handOver.IsEnough);
    }

    [Fact]
    public void Who_has_not_started_is_told_how_the_epoch_before_ended_until_enough_have_and_all_that_are_heard_R14()
    {
        ReplicaContext context = new(new(1), new(1), 1, Second, new(), 1);
        HandOver handOver = new(context, new(new(9), 5, Second), First);
        Effects effects = new(new(1));
        handOver.On(new(1), handOver.OwnOf(StorageOf(1)));
        handOver.OnTick(Start, effects);
        Assert.Equal([new NodeId(0), new(2), new(3)], effects.Sends.Select(sent => sent.To).Order());
        Assert.All(effects.Sends, sent => Assert.Equal(handOver.Tombstone, sent.Message));

        effects.Clear();
        handOver.On(new(2), handOver.OwnOf(StorageOf(2)));
        handOver.OnTick(Start + context.Options.ResendInterval, effects);
        Assert.True(handOver.IsEnough);
        Assert.False(handOver.IsSettled);
        Assert.Equal(new NodeId(3), Assert.Single(effects.Sends).To); // heard of, and may rest

        effects.Clear();
        context.Hear([new(1), new(2)]);
        handOver.OnTick(Start + (context.Options.ResendInterval * 2), effects);
        Assert.Empty(effects.Sends);
        Assert.True(handOver.IsSettled);

        context.Hear([new(1), new(2), new(3)]);
        handOver.On(new(3), handOver.OwnOf(StorageOf(3)));
        Assert.True(handOver.IsSettled);
    }

    [Fact]
    public void What_was_known_chosen_above_the_stop_is_told_to_nobody_R11()
    {
        Effects effects = new(new(1));
        Succession core = new(new(new(1), new(1), 1, First, new(), 1), Slot.Zero, Start, null, StorageOf(1));
        core.Step(new Received(new(3), new LearnRequest(new(1), 4096, true)), Start, effects);
        var stop = StopOf(Epoch.First, Second);
        core.Step(new Received(new(2), new LearnReply(new(1), [stop], new(2), Slot.Zero)), Start, effects);
        core.Enter(Start, effects);
        var fed = Assert.Single(effects.Sends.Select(sent => sent.Message).OfType<LearnReply>());
        Assert.Equal(new(1), fed.ChosenThrough);
    }

    [Fact]
    public void An_acceptor_begins_an_epoch_with_no_promise_and_no_vote_R12()
    {
        AcceptorState state = new(new EpochWrite(new(new(9), 5, Second), First), new(4));
        var report = state.Report(new(1, new(1), 1));
        Assert.Equal((Ballot.None, Ballot.None), (state.Promised, report.LastVoted));
        Assert.Equal(new(9), report.ChosenThrough);
        Assert.Empty(report.Votes);
        Assert.Equal(new SlotRange(new(7), new(9)), Assert.Single(
            state.ReportVotes(new(1, new(1), 1), new(new(7), new(9))).Dropped));
    }

    [Fact]
    public void Who_speaks_in_an_epoch_that_is_over_is_told_how_it_ended_R14()
    {
        Effects effects = new(new(1));
        var core = Entered(effects);
        core.Step(new Received(new(0), new Canvass(1)) { Epoch = Epoch.First }, Start, effects);
        core.Step(new Received(new(0), new Prepare(new(9, new(0), 1))) { Epoch = Epoch.First }, Start, effects);
        Assert.All(effects.Sends, sent => Assert.Equal(new(2), Assert.IsType<EpochEnd>(sent.Message).Next.Epoch));
        Assert.Equal(2, effects.Sends.Count);
        Assert.Empty(effects.Writes);
    }

    [Fact]
    public void What_another_epoch_chose_above_its_stop_is_not_learned_R11()
    {
        Effects effects = new(new(1));
        var core = Entered(effects);
        Learn(new(2), Epoch.First);
        Learn(new(3), new(3));
        Assert.Equal(new(1), core.Replica.Frontier);
        Learn(new(2), new(2));
        Assert.Equal(new(2), core.Replica.Frontier);

        void Learn(Slot first, Epoch said) => core.Step(
            new Received(new(2), new LearnReply(first, [Command(5)], new(90), Slot.Zero)) { Epoch = said },
            Start,
            effects);
    }

    [Fact]
    public void A_disk_that_is_not_the_listed_one_is_no_member_R13()
    {
        Effects effects = new(new(1));
        ReplicaContext context = new(new(1), new(1), 1, First, new(), 1);
        Succession core = new(context, Slot.Zero, Start, null, StorageOf(8));
        End(core, effects);
        Assert.False(core.IsMember);
        Assert.Equal(MemberRoles.Learner, core.Context.Own);
    }

    [Fact]
    public void A_restart_finds_the_epoch_and_forgets_the_votes_of_the_one_before_R12()
    {
        Effects effects = new(new(1));
        var core = Entered(effects);
        core.Step(new Received(new(2), new Prepare(new(3, new(2), 1))) { Epoch = new(2) }, Start, effects);
        RecoveredRecord[] records =
        [
            new(RecordKey.Of(new PromiseWrite(new(8, new(0), 1))), new PromiseWrite(new(8, new(0), 1))),
            .. _written.Concat(effects.Writes).Select(write => new RecoveredRecord(RecordKey.Of(write), write)),
        ];
        Succession again = new(new(new(1), new(1), 2, First, new(), 1), Slot.Zero, Start, null, StorageOf(1));
        Effects recovered = new(new(1));
        again.Recover(records, Start, recovered);
        Assert.Equal(new(2), again.Epoch);
        Assert.Equal(new(1), again.Replica.Frontier);
        var started = Assert.Single(recovered.Events.OfType<Started>());
        Assert.Equal(new(3, new(2), 1), started.Memory!.Promised);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_follows_over_the_end_of_an_epoch_is_told_of_nothing_above_it_R5_R11(bool bySnapshot)
    {
        Effects effects = new(new(1));
        Succession core = new(new(new(1), new(1), 1, First, new(), 1), Slot.Zero, Start, null, StorageOf(1));
        core.Step(new Received(new(3), new LearnRequest(new(1), 4096, true)), Start, effects);
        var stop = StopOf(Epoch.First, Second);
        core.Step(new Received(new(2), new LearnReply(new(9), [], new(90), Slot.Zero)), Start, effects);
        EpochStart next = new(new(1), stop.Checksum, Second);
        core.Step(
            bySnapshot
                ? new SnapshotInstalled(new(1), LogTime.Zero, LogTime.Zero) { Epoch = next }
                : new Received(new(2), new LearnReply(new(1), [stop], new(90), Slot.Zero)),
            Start,
            effects);
        Assert.True(core.IsOver);

        core.Enter(Start, effects);
        var (to, message) = Assert.Single(effects.Sends, sent => sent.Message is LearnReply);
        Assert.Equal((new NodeId(3), new Slot(1)), (to, ((LearnReply)message).ChosenThrough));
    }

    private readonly List<DurableWrite> _written = [];

    private Succession Entered(Effects effects)
    {
        ReplicaContext context = new(new(1), new(1), 1, First, new(), 1);
        Succession core = new(context, Slot.Zero, Start, null, StorageOf(1));
        End(core, effects);
        Assert.True(core.IsMember);
        return core;
    }

    private void End(Succession core, Effects effects)
    {
        var stop = StopOf(Epoch.First, Second);
        core.Step(new Received(new(2), new LearnReply(new(1), [stop], new(1), Slot.Zero)), Start, effects);
        Assert.True(core.IsOver);
        core.Enter(Start, effects);
        Assert.Contains(effects.Writes, write => write is EpochWrite { Epoch.Number: 2 });
        _written.AddRange(effects.Writes);
        effects.Clear();
    }

    private static Value StopOf(Epoch expected, Configuration next) =>
        new Stop(expected, 1, next).ToValue(LogTime.Zero);

    private static Value Command(byte text) => new(ValueKind.Commands, new(text), new[] { text });

    private static Configuration Of(Epoch epoch, params ushort[] nodes) => new(
        epoch, [.. nodes.Select(id => new Member(new(id), $"n{id}", $"n{id}:1", MemberRoles.All, StorageOf(id)))]);

    private static StorageId StorageOf(ushort node) => new(new Guid(node, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}
