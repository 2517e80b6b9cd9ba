namespace PaxosSM.Core.Tests.Execution;

/// <summary>The apply loop ahead of choice (R18): who sees what, and when it is taken back.</summary>
public sealed class AnticipationTests
{
    private readonly OptimisticMachine _machine = new();
    private readonly TestLoop _loop;

    public AnticipationTests()
    {
        _loop = new(options: new() { CheckpointSlots = 8 }, machine: _machine);
        _loop.Apply(1, 3);
        _loop.RunAll();
    }

    [Fact]
    public void Only_a_speculative_query_sees_what_is_not_chosen()
    {
        Anticipate(4, 6);
        var ahead = _loop.Ask(0, speculative: true);
        _loop.RunAll();
        var chosen = _loop.Ask(0);
        _loop.RunAll();
        Assert.Equal("5 at s6", ahead.End);
        Assert.Equal("2 at s3", chosen.End);
        Assert.Equal(new Slot(3), _loop.Loop.Applied);
    }

    [Fact]
    public void What_a_query_interrupted_is_done_again_behind_it()
    {
        Anticipate(4, 6);
        _loop.RunAll();
        var chosen = _loop.Ask(0);
        var ahead = _loop.Ask(0, speculative: true);
        _loop.RunAll();
        Assert.Equal("2 at s3", chosen.End);
        Assert.Equal("5 at s6", ahead.End);
    }

    [Fact]
    public void The_same_value_is_confirmed_and_answered_and_not_executed_again()
    {
        Anticipate(4, 6);
        _loop.RunAll();
        Assert.Equal(3, _loop.Sink.All.Count);
        _loop.Apply(4, 5);
        _loop.RunAll();
        Assert.Equal(["mark s4", "mark s5", "mark s6", "confirm s4", "confirm s5"], _machine.Calls);
        Assert.Equal(5, _loop.Sink.All.Count);
        Assert.Equal(new Executed(new(5), TestBatch.Milliseconds(5), TestBatch.Milliseconds(60_005)),
            _loop.Replica.Of<Executed>().Last());
    }

    [Fact]
    public void Another_value_takes_back_all_that_was_done_ahead()
    {
        Anticipate(4, 6);
        _loop.RunAll();
        _loop.Loop.Apply([new(new(4), TestBatch.Skip(4))]);
        _loop.RunAll();
        Assert.Equal("back to s3", _machine.Calls[^1]);
        Assert.Equal("2 at s4", Look());

        // What follows the wrong guess is none either, until guesses begin anew.
        Anticipate(7, 7);
        Assert.Equal("2 at s4", Look());
        Anticipate(5, 5);
        _loop.RunAll();
        Assert.Equal(["back to s3", "mark s5"], _machine.Calls[^2..]);

        // Its command comes too early now, and is refused ahead of choice as it will be behind it (R17).
        Assert.Equal("2 at s5", Look());
    }

    [Fact]
    public void A_result_is_told_ahead_of_choice_once_and_again_only_when_it_was_taken_back()
    {
        Anticipate(4, 5);
        _loop.RunAll();
        _loop.Ask(0);
        _loop.RunAll();
        Assert.Equal([(3L, 3L), (4L, 4L)], _loop.Sink.Tentative);
        _loop.Loop.Anticipate(true, []);
        Anticipate(4, 4);
        _loop.RunAll();
        Assert.Equal([(3L, 3L), (4L, 4L), (3L, 3L)], _loop.Sink.Tentative);
        Assert.Equal(3, _loop.Sink.All.Count);
    }

    [Fact]
    public void What_is_taken_back_is_gone_at_once()
    {
        Anticipate(4, 6);
        _loop.RunAll();
        _loop.Loop.Anticipate(true, []);
        _loop.RunAll();
        Assert.Equal("back to s3", _machine.Calls[^1]);
        Assert.Equal("2 at s3", Look());
    }

    [Fact]
    public void Chosen_values_go_first()
    {
        Anticipate(6, 6);
        _loop.Apply(4, 5);
        Assert.Equal("5 at s6", Look());
        Assert.Equal(["mark s6"], _machine.Calls);
    }

    [Fact]
    public async Task A_snapshot_and_a_digest_hold_what_is_chosen_only()
    {
        Anticipate(4, 10);
        _loop.RunAll();
        _loop.Loop.RequestSnapshot();
        _loop.Apply(4, 8);
        _loop.RunAll();
        var plain = new TestLoop(options: new() { CheckpointSlots = 8 });
        plain.Apply(1, 8);
        plain.RunAll();
        Assert.Equal(plain.Replica.Of<DigestTaken>(), _loop.Replica.Of<DigestTaken>());
        var restored = new TestLoop(_loop.Store);
        Assert.Equal(new Slot(8), (await restored.Loop.RecoverAsync()).Slot);
        Assert.Equal(7, restored.Machine.Count);
        Assert.Equal("9 at s10", Look());
    }

    [Fact]
    public void A_snapshot_of_another_replica_goes_under_what_was_done_ahead()
    {
        var other = new TestLoop(_loop.Store);
        other.Apply(1, 5);
        other.RunAll();
        other.Loop.RequestSnapshot();
        other.RunAll();
        Anticipate(4, 7);
        _loop.RunAll();
        _loop.Loop.Install(new(5));
        Assert.Equal("6 at s7", Look());
        Assert.Equal(new Slot(5), _loop.Loop.Applied);
    }

    [Fact]
    public void A_machine_that_throws_ahead_of_choice_halts_like_any_other()
    {
        _loop.Loop.Anticipate(false, [new(new(4), new TestBatch().Command(1, 3, 0, (byte)'X').At(4))]);
        _loop.RunAll();
        Assert.Contains("boom", _loop.Loop.Failure, StringComparison.Ordinal);
        Assert.StartsWith("Stopped", Look(), StringComparison.Ordinal);
    }

    private void Anticipate(long first, long last) => _loop.Loop.Anticipate(
        false, [.. from slot in Enumerable.Range((int)first, (int)(last - first + 1))
                   select new TentativeValue(new(slot), TestLoop.ValueOf(slot))]);

    private string? Look()
    {
        var query = _loop.Ask(0, speculative: true);
        _loop.RunAll();
        return query.End;
    }
}
