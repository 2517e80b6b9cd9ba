using PaxosSM.Election;
using PaxosSM.Messages;

namespace PaxosSM.Core.Tests.Election;

/// <summary>R22: one detector a process; suspicion by level, reachability by pairs, and fate shared.</summary>
public sealed class FailureDetectorTests
{
    private static readonly NodeId A = new(0);
    private static readonly NodeId B = new(1);
    private static readonly NodeId C = new(2);
    private readonly FailureDetector _detector = new(A, [A, B, C], new(), default);

    [Fact]
    public void A_silent_member_is_suspected_after_its_time_and_heard_again_at_its_next_sign()
    {
        _detector.On(B, new(1, [A, B, C], true), At(500));
        Tick(At(700));
        Assert.Equal([A, B], _detector.Hears);
        Assert.Equal(2, _detector.SuspicionOf(B, At(700)), 3);
        Assert.Equal(7, _detector.SuspicionOf(C, At(700)), 3);
        Assert.Equal(0, _detector.SuspicionOf(A, At(700)));
        _detector.On(C, new(1, [C], true), At(710));
        Assert.Equal([A, B, C], _detector.Hears);
    }

    [Fact]
    public void A_member_that_says_it_is_stuck_counts_as_dead_however_alive_its_signs_are()
    {
        for (var time = 100; time <= 700; time += 100)
        {
            _detector.On(B, new(time, [A, B], false), At(time));
            _detector.On(C, new(time, [A, C], true), At(time));
            Tick(At(time));
        }

        Assert.Equal([A, C], _detector.Hears);
    }

    [Fact]
    public void A_refused_connection_is_believed_at_once_and_corrected_by_a_sign_of_life()
    {
        _detector.OnRefused(B);
        Tick(At(1));
        Assert.Equal([A, C], _detector.Hears);
        _detector.On(B, new(1, [A], true), At(2));
        Assert.Equal([A, B, C], _detector.Hears);
    }

    [Fact]
    public void Who_hears_whom_is_known_by_pairs()
    {
        _detector.On(B, new(1, [A, B], true), At(10));
        Assert.True(_detector.DoesHear(B, A));
        Assert.False(_detector.DoesHear(B, C));
        Assert.True(_detector.DoesHear(A, C));
        Assert.False(_detector.DoesHear(C, B));
    }

    [Fact]
    public void Signs_of_life_leave_at_their_interval_and_tell_the_own_health()
    {
        Assert.True(Tick(At(0))!.Healthy);
        Assert.Null(Tick(At(50)));
        Assert.False(_detector.OnTick(At(100), false, out _)!.Healthy);
    }

    private static Instant At(int milliseconds) => new(milliseconds * 1000L);

    private Alive? Tick(Instant now) => _detector.OnTick(now, true, out _);
}
