namespace PaxosSM.Core.Tests.Execution;

/// <summary>R17, sentence by sentence.</summary>
public sealed class SessionTests
{
    private readonly TestExecutor _executor = new();

    [Fact]
    public void Sessions_are_numbered_from_one_and_a_repeated_request_finds_the_first_ones_session()
    {
        var told = _executor.Apply(
            new TestBatch().Open(7, SessionMode.Ordered, 4, 1000).Open(8, SessionMode.Unordered, 4, 1000)
                .Open(7, SessionMode.Ordered, 4, 1000).At(1));
        Assert.Equal(
            [new Told(0, 7, default, 0, 1, 1), new Told(0, 8, default, 0, 1, 2), new Told(0, 7, default, 0, 1, 1)],
            told);
    }

    [Fact]
    public void A_repeat_gets_the_stored_result_and_the_slot_it_was_applied_in()
    {
        _executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 4, 1000).Command(1, 1).At(1));
        Assert.Equal([new Told(1, 1, PaxosError.None, 0, 1, 1)], _executor.Apply(new TestBatch().Command(1, 1).At(2)));
        Assert.Equal(1, _executor.Machine.Count);
    }

    [Fact]
    public void A_gap_is_refused_with_the_number_to_resend_from()
    {
        _executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 4, 1000).Command(1, 1).At(1));
        Assert.Equal([new Told(1, 3, PaxosError.SessionGap, 2, 2, 0)], _executor.Apply(new TestBatch().Command(1, 3)
            .At(2)));
        Assert.Equal(1, _executor.Machine.Count);
    }

    [Fact]
    public void An_unordered_command_above_the_window_is_told_busy_until_something_is_acknowledged()
    {
        var told = _executor.Apply(new TestBatch()
            .Open(1, SessionMode.Unordered, 4, 1000).Command(1, 4).Command(1, 5).Command(1, 5, 4).Command(1, 2).At(1));
        Assert.Equal(
            [PaxosError.None, PaxosError.None, PaxosError.Busy, PaxosError.None, PaxosError.SessionStale],
            told.Select(each => each.Error));
    }

    [Fact]
    public void A_session_expires_by_log_time_alone_and_is_never_executed_again()
    {
        _executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 4, 1000).At(5));
        _executor.Apply(new TestBatch().Command(1, 1).At(1004));
        Assert.Equal(TestBatch.Milliseconds(2004), _executor.Executor.NextDeadline);
        _executor.Apply(TestBatch.Skip(2003));
        _executor.Apply(new TestBatch().KeepAlive(1, 0).At(2003));
        Assert.Equal([new Told(1, 2, PaxosError.SessionExpired, 0, 5, 0)], _executor.Apply(new TestBatch()
            .Command(1, 2).At(3003)));
        Assert.Equal(1, _executor.Machine.Count);
        Assert.Equal(LogTime.Never, _executor.Executor.NextDeadline);
    }

    [Fact]
    public void A_closed_session_is_gone()
    {
        var told = _executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 4, 1000).Close(1, 9).Command(1, 1)
            .KeepAlive(1, 3).At(1));
        Assert.Equal(
            [PaxosError.None, PaxosError.None, PaxosError.SessionExpired, PaxosError.SessionExpired],
            told.Select(each => each.Error));
    }

    [Fact]
    public void Results_are_kept_up_to_a_bound_in_bytes_then_commands_are_told_busy()
    {
        var executor = new TestExecutor(new() { SessionBytesMax = 300, BytesMax = 300 });
        executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 9, 1000).Open(2, SessionMode.Ordered, 9, 1000)
            .At(1));
        var told = executor.Apply(new TestBatch()
            .Command(1, 1, 0, (byte)'L', 200).Command(1, 2, 0, (byte)'L', 200).Command(1, 3).Command(2, 1)
            .Command(1, 3, 1).Command(2, 1).At(1));
        Assert.Equal(
            [PaxosError.None, PaxosError.None, PaxosError.Busy, PaxosError.Busy, PaxosError.None, PaxosError.None],
            told.Select(each => each.Error));
    }

    [Fact]
    public void More_sessions_than_the_bound_are_refused_until_one_ends()
    {
        var executor = new TestExecutor(new() { SessionsMax = 1 });
        var told = executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 4, 1000)
            .Open(2, SessionMode.Ordered, 4, 1000).At(1));
        Assert.Equal([PaxosError.None, PaxosError.Busy], told.Select(each => each.Error));
        told = executor.Apply(new TestBatch().Close(1, 0).Open(2, SessionMode.Ordered, 4, 1000).At(1));
        Assert.Equal([PaxosError.None, PaxosError.None], told.Select(each => each.Error));
        Assert.Equal(2, told[1].Result);
    }

    [Fact]
    public void An_acknowledgement_far_ahead_costs_nothing_and_makes_the_rest_stale()
    {
        var told = _executor.Apply(new TestBatch()
            .Open(1, SessionMode.Unordered, 4, 1000).Command(1, 1, long.MaxValue).Command(1, 2)
            .Command(1, long.MaxValue).At(1));
        Assert.All(told.Skip(1), each => Assert.Equal(PaxosError.SessionStale, each.Error));
    }
}
