using FsCheck.Xunit;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>The search against executions that are right by construction, and against trying everything.</summary>
public sealed class SearchTests
{
    private static readonly Executions OneKey = new(6, 4, 1, 2, 20);
    private static readonly Executions TwoKeys = new(6, 4, 2, 0, 20);
    private static readonly Executions TwoKeysInOrder = new(6, 4, 2, 2, 0);
    private static readonly Executions Large = new(400, 8, 3, 3, 3);

    [Property(MaxTest = 300)]
    public void What_a_linearizable_object_did_passes_every_check(ulong seed)
    {
        var findings = new HistoryExamination(new TextModel()).Run(Large.Next(new(seed)));

        Assert.True(findings.Violations.Count == 0, $"seed {seed}: {string.Join(" ", findings.Violations)}");
        Assert.Equal(Verdict.Ok, findings.Linearizability.Verdict);
    }

    [Property(MaxTest = 1000)]
    public void On_one_key_with_ordered_sessions_the_search_agrees_with_trying_everything(ulong seed) =>
        AssertAgree(OneKey, seed);

    [Property(MaxTest = 1000)]
    public void On_two_keys_the_search_agrees_with_trying_everything(ulong seed) => AssertAgree(TwoKeys, seed);

    [Property(MaxTest = 1000)]
    public void Keys_judged_alone_and_slots_together_see_all_that_ordered_sessions_promise(ulong seed)
    {
        var random = new SeededRandom(seed);
        var history = Executions.Mutate(TwoKeysInOrder.Next(random), random);
        if (history.Operations.Any(operation => !operation.Succeeded))
        {
            return;
        }

        var findings = new HistoryExamination(new TextModel()).Run(history);
        if (findings.Violations.Count == 0)
        {
            Assert.True(BruteForce.IsLinearizable(history), $"seed {seed}: there is no order, but nothing was found");
        }

        if (findings.Linearizability.Verdict == Verdict.Violation)
        {
            Assert.False(BruteForce.IsLinearizable(history), $"seed {seed}: {findings.Violations[0].Text}");
        }
    }

    [Fact]
    public void Mutated_histories_are_of_both_kinds()
    {
        var broken = Enumerable.Range(0, 500).Count(seed => Judge(OneKey, (ulong)seed) == Verdict.Violation);

        Assert.InRange(broken, 100, 400);
    }

    [Fact]
    public void The_same_history_takes_the_same_steps()
    {
        var first = LinearizabilityChecker.Check(Large.Next(new(7)), new TextModel());
        var second = LinearizabilityChecker.Check(Large.Next(new(7)), new TextModel());

        Assert.Equal(first, second);
    }

    private static Verdict Judge(Executions executions, ulong seed)
    {
        var random = new SeededRandom(seed);
        var history = Executions.Mutate(executions.Next(random), random);
        return LinearizabilityChecker.Check(history, new TextModel()).Verdict;
    }

    private static void AssertAgree(Executions executions, ulong seed)
    {
        var random = new SeededRandom(seed);
        var history = Executions.Mutate(executions.Next(random), random);

        var result = LinearizabilityChecker.Check(history, new TextModel());

        var truth = BruteForce.IsLinearizable(history) ? Verdict.Ok : Verdict.Violation;
        var found = $"{result.Verdict}: {result.Violation?.Text}";
        Assert.True(truth == result.Verdict, $"seed {seed}: {truth}, but found {found}");
    }
}
