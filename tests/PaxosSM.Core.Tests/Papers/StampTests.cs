using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>R19: what a proposer stamps.</summary>
public sealed class StampTests
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private static readonly LogTime Noon = new(12 * 3_600_000_000L);
    private readonly Stamps _stamps = new(Skew);

    [Fact]
    public void The_first_stamp_is_the_wall_clock_and_the_rest_never_go_back()
    {
        _stamps.Wall = Noon;
        Assert.Equal(Noon, _stamps.Next());
        _stamps.Wall = new(Noon.Microseconds - 1);
        Assert.Equal(Noon, _stamps.Next());
    }

    [Fact]
    public void A_clock_that_runs_far_ahead_is_clamped_to_the_skew_ahead_of_the_log()
    {
        _stamps.OnExecuted(Noon, LogTime.Never);
        _stamps.Wall = Noon.Add(TimeSpan.FromDays(365));
        Assert.True(_stamps.IsBehind);
        Assert.Equal(Noon.Add(Skew), _stamps.Next());
    }

    [Fact]
    public void What_was_adopted_from_another_reign_counts_as_the_log()
    {
        _stamps.OnAdopted(Noon);
        _stamps.Wall = Noon.Add(Skew);
        Assert.False(_stamps.IsBehind);
        Assert.Equal(Noon.Add(Skew), _stamps.Next());
    }
}
