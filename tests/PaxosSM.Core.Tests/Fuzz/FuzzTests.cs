namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>Random runs of whole clusters. A failure names its seed: <see cref="FuzzRun.Of"/> runs it again.</summary>
public sealed class FuzzTests
{
    /// <summary>Seeds that failed once, and why; each stays.</summary>
    [Theory]
    [InlineData(1UL)] // The detector's first sign of life never came: a span since "before everything" wrapped around.
    [InlineData(5UL)] // A leader whose own learner lost values that only acceptors without learners had voted for.
    [InlineData(15UL)] // A leader that learns nothing, and a learner without votes: nobody had the values.
    [InlineData(31UL)] // A read was answered twice: its asker had become the leader it asked.
    [InlineData(53UL)] // Recovery from a log whose sync was let go by a checkpoint.
    [InlineData(744UL)] // A learner took what the leader handed out unasked for the answer to its question.
    [InlineData(1034UL)] // A learner's request for a trimmed slot kept the leader from looking for another learner's.
    [InlineData(100368UL)] // Followers that stopped voting while their logs were full.
    public void A_seed_that_failed_once_runs_through(ulong seed) => Assert.True(FuzzRun.Of(seed).Applied > Slot.Zero);

    [Fact]
    public void Random_faults_break_no_invariant_and_everything_finishes_once_they_are_over()
    {
        var reads = 0L;
        for (var seed = 100_000UL; seed < 100_250UL; seed++)
        {
            reads += FuzzRun.Of(seed).Reads;
        }

        Assert.True(reads > 1000);
    }

    [Fact]
    public void The_same_seed_runs_the_same_way()
    {
        var one = FuzzRun.Of(42);
        var other = FuzzRun.Of(42);
        Assert.Equal((one.Applied, one.Reads), (other.Applied, other.Reads));
    }
}
