using PaxosSM.Testing.Linearizability;
using PaxosSM.Testing.Linearizability.Rules;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>Each rule, kept and broken.</summary>
public sealed class RulesTests
{
    [Fact]
    public void Slots_grow_with_time()
    {
        var rule = new SlotOrderRule();

        AssertKept(rule, """
            0 0-10 write x a -> ok @5
            1 5-20 write y b -> ok @4
            2 30-40 read y -> b @5
            2 50-60 read x -> - local @1
            0 70-80 write x c -> ok @6
            """);
        AssertBroken(rule, [1, 2], """
            0 0-10 write x a -> ok @5
            1 20-30 write y b -> ok @4
            """);
        AssertBroken(rule, [1, 2], """
            0 0-10 write x a -> ok @5
            1 20-30 write y b -> ok @5
            """);
        AssertBroken(rule, [1, 2], """
            0 0-10 write x a -> ok @5
            1 20-30 read y -> - @4
            """);
        AssertBroken(rule, [1, 2], """
            0 0-10 read x -> - local @5
            1 20-30 write y b -> ok @5
            """);
    }

    [Fact]
    public void Sessions_lie_in_the_log_in_their_order()
    {
        var rule = new SessionOrderRule();

        AssertKept(rule, """
            0 0-50 write x a -> ok s1 @5
            0 10-40 write y a -> ok s1 @5
            0 20-30 write y b -> ok s1 @7
            1 0-50 write y c -> ok s2 @3
            """);
        AssertBroken(rule, [1, 2], """
            0 0-50 write x a -> ok s1 @5
            0 10-40 write y b -> ok s1 @4
            """);
    }

    [Fact]
    public void A_replica_does_not_go_back_within_a_life()
    {
        var rule = new MonotonicReadRule();

        AssertKept(rule, """
            0 0-10 read x -> - local @5 by=n1.1
            1 5-20 read x -> - local @4 by=n1.1
            2 30-40 read x -> - local @2 by=n1.2
            2 50-60 read x -> - local @1 by=n2.1
            """);
        AssertBroken(rule, [1, 2], """
            0 0-10 read x -> - @5 by=n1.1
            1 20-30 read x -> - local @4 by=n1.1
            """);
    }

    [Fact]
    public void A_query_sees_the_slot_it_asked_for()
    {
        AssertKept(new AskedSlotRule(), "0 0-10 read x -> - after=5 @5");
        AssertBroken(new AskedSlotRule(), [1], "0 0-10 read x -> - after=5 @4");
    }

    [Fact]
    public void A_stale_answer_is_allowed_within_the_age_that_was_asked_for()
    {
        const string Lines = """
            0 0-10 write x a -> ok @1
            1 100-110 read x -> - age=90 @0
            """;

        AssertKept(new BoundedAgeRule(), Lines);
        Assert.Empty(Examine(Lines).Violations);
        var linearizable = Examine(Lines.Replace(" age=90", string.Empty, StringComparison.Ordinal));
        Assert.Equal(
            [LinearizabilityChecker.Rule, "slot order", "state at slot"],
            linearizable.Violations.Select(violation => violation.Rule));
    }

    [Fact]
    public void Ages_hold_and_are_honest()
    {
        var rule = new BoundedAgeRule();

        AssertBroken(rule, [1, 2], """
            0 0-10 write x a -> ok @1
            1 100-110 read x -> - age=89 @0
            """);
        AssertBroken(rule, [1, 2], """
            0 0-10 write x a -> ok @1
            1 100-110 read x -> - local @0 told=89
            """);
        AssertBroken(rule, [1, 2], """
            0 0-10 write x a -> ok @1
            1 11-20 read x -> - local @0 told=0
            """);
        AssertBroken(rule, [1], "0 0-10 read x -> - age=5 told=6 @0");
        AssertKept(rule, """
            0 0-10 write x a -> ok @1
            1 100-110 read x -> - local @0 told=90
            1 120-130 read x -> - local @0
            """);
    }

    [Fact]
    public void A_drifting_clock_stretches_ages()
    {
        const string Lines = """
            0 0-100 write x a -> ok @1
            1 1105-1110 read x -> - local @0 told=1000
            """;

        AssertBroken(new BoundedAgeRule(4_000), [1, 2], Lines);
        AssertKept(new BoundedAgeRule(5_000), Lines);
    }

    [Fact]
    public void Every_answer_is_the_state_at_its_slot()
    {
        var rule = new StateAtSlotRule(new TextModel());

        AssertKept(rule, """
            0 0-10 write x a -> ok @1
            0 20-30 write x b -> ok @2
            1 40-50 read x -> - local @0
            1 40-50 read x -> a local @1
            2 40-50 read x -> b local @3
            """);
        AssertBroken(rule, [3], """
            0 0-10 write x a -> ok @1
            0 20-30 write x b -> ok @2
            1 40-50 read x -> b local @1
            """);
        AssertBroken(rule, [1], """
            0 0-100 append x a -> -ba @1
            0 0-100 append x b -> -b @2
            """);
    }

    [Fact]
    public void A_command_of_unknown_outcome_may_explain_the_state_at_a_slot_but_not_from_the_future()
    {
        var rule = new StateAtSlotRule(new TextModel());

        AssertKept(rule, """
            0 0-10 append x a -> -a @1
            0 20-? append x b
            1 40-50 read x -> -ab local @2
            1 60-70 read x -> -a local @1
            """);
        AssertBroken(rule, [2], """
            0 0-10 append x a -> -a @1
            1 12-15 read x -> -ab local @2
            0 20-? append x b
            """);
    }

    [Fact]
    public void A_repeat_gets_the_same_answer()
    {
        var rule = new RepeatedResultRule();
        var (kept, id) = Answered();
        kept.Repeated(id, "ok"u8.ToArray(), new(3));
        kept.Repeated(id, "ok"u8.ToArray());
        Assert.Null(rule.Check(kept.Capture()));

        var (changed, other) = Answered();
        changed.Repeated(other, "no"u8.ToArray(), new(3));
        Assert.Equal([other], rule.Check(changed.Capture())!.Culprits);

        var (moved, third) = Answered();
        moved.Repeated(third, "ok"u8.ToArray(), new(4));
        var text = rule.Check(moved.Capture())!.Text;
        Assert.Contains("s3, and when it was sent again s4", text, StringComparison.Ordinal);
    }

    private static (HistoryRecorder Recorder, long Id) Answered()
    {
        var recorder = new HistoryRecorder(() => 0);
        var id = recorder.BeginCommand(0, "write x a"u8.ToArray());
        recorder.Succeeded(id, "ok"u8.ToArray(), new(3));
        return (recorder, id);
    }

    private static HistoryFindings Examine(string lines) =>
        new HistoryExamination(new TextModel()).Run(Script.Of(lines));

    private static void AssertKept(IHistoryRule rule, string lines) =>
        Assert.True(rule.Check(Script.Of(lines)) is null, rule.Check(Script.Of(lines))?.Text);

    private static void AssertBroken(IHistoryRule rule, long[] culprits, string lines)
    {
        var violation = rule.Check(Script.Of(lines));

        Assert.True(violation is not null, $"{rule.Name} saw nothing in\n{lines}");
        Assert.Equal(rule.Name, violation.Rule);
        Assert.Equal(culprits, violation.Culprits);
    }
}
