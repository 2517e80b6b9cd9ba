using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>Histories whose verdict is known.</summary>
public sealed class KnownHistoriesTests
{
    [Theory]
    [InlineData("nothing happened", "")]
    [InlineData("one after the other", """
        0 0-10 write x a -> ok
        1 20-30 read x -> a
        """)]
    [InlineData("a read during a write may see it", """
        0 0-100 write x a -> ok
        1 10-20 read x -> a
        1 30-40 read x -> a
        """)]
    [InlineData("a read during a write may miss it", """
        0 0-100 write x a -> ok
        1 10-20 read x -> -
        1 30-40 read x -> a
        """)]
    [InlineData("overlapping writes take any order", """
        0 0-100 write x a -> ok
        1 0-100 write x b -> ok
        2 110-120 read x -> a
        """)]
    [InlineData("an order other than that of calls", """
        0 0-100 append x a -> -ba
        1 10-100 append x b -> -b
        """)]
    [InlineData("an unknown write shows later", """
        0 0-? write x a
        1 10-20 read x -> -
        1 500-600 read x -> a
        """)]
    [InlineData("an unknown write never shows", """
        0 0-? write x a
        1 10-20 read x -> -
        1 500-600 read x -> -
        """)]
    [InlineData("two unknown writes, in the order that explains", """
        0 0-? write x a
        1 0-? write x b
        2 10-20 read x -> b
        2 30-40 read x -> a
        """)]
    [InlineData("an unanswered read says nothing", """
        0 0-10 write x a -> ok
        1 20-? read x
        """)]
    [InlineData("a refused write stays away", """
        0 0-10! write x a
        1 20-30 read x -> -
        """)]
    [InlineData("compare-and-set: one wins", """
        0 0-10 write x a -> ok
        1 20-50 cas x a b -> yes
        2 20-50 cas x a c -> no
        3 60-70 read x -> b
        """)]
    [InlineData("a pipelined session, answered out of order", """
        0 0-90 append x a -> -a s1
        0 10-50 append x b -> -ab s1
        0 20-60 append x c -> -abc s1
        """)]
    [InlineData("a pipelined session whose end got lost", """
        0 0-50 append x a -> -a s1
        0 10-? append x b s1
        0 20-? append x c s1
        1 100-110 read x -> -ab
        1 120-130 read x -> -abc
        """)]
    [InlineData("keys are independent", """
        0 0-10 write x a -> ok
        1 0-10 write y b -> ok
        2 20-30 read x -> a
        2 40-50 read y -> b
        """)]
    [InlineData("a stale answer to a local read", """
        0 0-10 write x a -> ok
        1 20-30 read x -> - local
        """)]
    public void Good_histories_are_linearizable(string name, string lines)
    {
        var result = LinearizabilityChecker.Check(Script.Of(lines), new TextModel());

        Assert.True(result.Verdict == Verdict.Ok, $"{name}: {result.Violation?.Text}");
    }

    [Theory]
    [InlineData("a stale read", 2, """
        0 0-10 write x a -> ok
        1 20-30 read x -> -
        """)]
    [InlineData("a stale read on a lease", 2, """
        0 0-10 write x a -> ok
        1 20-30 read x -> - lease
        """)]
    [InlineData("a value out of thin air", 1, "0 0-10 read x -> a")]
    [InlineData("a value from the future", 1, """
        0 0-10 read x -> a
        1 20-30 write x a -> ok
        """)]
    [InlineData("a lost update", 2, """
        0 0-10 append x a -> -a
        1 20-30 append x b -> -b
        """)]
    [InlineData("applied twice", 2, """
        0 0-10 append x a -> -a
        1 20-30 read x -> -aa
        """)]
    [InlineData("own writes not read", 3, """
        0 0-10 write x a -> ok
        0 20-30 write x b -> ok
        0 40-50 read x -> a
        """)]
    [InlineData("new-old inversion between two readers", 3, """
        0 0-100 write x a -> ok
        1 10-20 read x -> a
        2 30-40 read x -> -
        """)]
    [InlineData("two winners of one compare-and-set", 3, """
        0 0-10 write x a -> ok
        1 20-50 cas x a b -> yes
        2 20-50 cas x a c -> yes
        """)]
    [InlineData("readers disagree on the order of two writes", 5, """
        0 0-10 write x a -> ok
        1 0-10 write x b -> ok
        2 20-25 read x -> a
        3 30-35 read x -> b
        """)]
    [InlineData("a refused write shows", 2, """
        0 0-10! write x a
        1 20-30 read x -> a
        """)]
    [InlineData("an unknown write shows and is gone again", 3, """
        0 0-? write x a
        1 10-20 read x -> a
        1 30-40 read x -> -
        """)]
    [InlineData("an unknown append shows twice", 3, """
        0 0-? append x a
        1 10-20 read x -> -a
        1 30-40 read x -> -aa
        """)]
    [InlineData("an unknown write shows before its call", 1, """
        1 10-20 read x -> a
        0 30-? write x a
        """)]
    [InlineData("a pipelined session out of order", 1, """
        0 0-50 append x a -> -ba s1
        0 10-50 append x b -> -b s1
        """)]
    [InlineData("a pipelined session with a hole", 2, """
        0 0-? append x a s1
        0 10-50 append x b -> -b s1
        1 60-70 read x -> -b
        """)]
    [InlineData("a session's later answer dates its earlier command, on another key too", 3, """
        0 0-? write x a s1
        0 10-50 write y b -> ok s1
        1 60-70 read x -> -
        """)]
    [InlineData("one bad key among good ones", 4, """
        0 0-10 write x a -> ok
        1 0-10 write y b -> ok
        2 20-30 read x -> a
        2 40-50 read y -> -
        """)]
    public void Bad_histories_are_not(string name, int culprit, string lines)
    {
        var result = LinearizabilityChecker.Check(Script.Of(lines), new TextModel());

        Assert.True(result.Verdict == Verdict.Violation, $"{name}: {result.Verdict}");
        Assert.True(
            culprit > 4 || result.Violation!.Culprits.Contains(culprit), $"{name}: {result.Violation?.Text}");
    }

    [Fact]
    public void A_search_that_may_take_too_few_steps_says_that_it_does_not_know()
    {
        var history = Script.Of("""
            0 0-10 write x a -> ok
            1 20-30 read x -> -
            """);

        Assert.Equal(Verdict.Undecided, LinearizabilityChecker.Check(history, new TextModel(), 1).Verdict);
    }

    [Fact]
    public void A_violation_is_found_though_another_key_is_undecided()
    {
        var history = Script.Of("""
            0 0-10 write x a -> ok
            0 20-30 write x b -> ok
            0 40-50 read x -> b
            1 20-30 read y -> a
            """);

        Assert.Equal(Verdict.Violation, LinearizabilityChecker.Check(history, new TextModel(), 2).Verdict);
    }

    [Fact]
    public void The_explanation_names_the_part_the_order_and_what_fits_nowhere()
    {
        var history = Script.Of("""
            0 0-10 write x a -> ok
            0 20-30 write x b -> ok
            1 0-10 write y c -> ok
            1 40-50 read x -> a
            1 60-70 read x -> b
            """);

        var violation = LinearizabilityChecker.Check(history, new TextModel()).Violation!;

        Assert.Equal("x", violation.Partition);
        Assert.Equal([1, 2], violation.Order);
        Assert.Equal([4], violation.Culprits);
        Assert.Equal([1, 2, 4], violation.Operations.Select(operation => operation.Id));
        Assert.Contains("read x -> a: here the answer would be b", violation.Text, StringComparison.Ordinal);
    }
}
