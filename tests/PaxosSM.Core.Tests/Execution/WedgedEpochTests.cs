using PaxosSM.Reconfiguration;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>What is executed in an epoch that is wedged for maintenance, whatever was chosen there.</summary>
public sealed class WedgedEpochTests
{
    private readonly TestExecutor _executor = new();

    public WedgedEpochTests()
    {
        _executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 4, 1000).Command(1, 1, 0, 5).At(1));
        Change(wedged: true, 2);
    }

    [Fact]
    public void No_command_is_applied_no_session_opened_and_the_sessions_stay_as_they_were()
    {
        var (machine, time) = (_executor.Machine.Digest, _executor.Executor.Time);
        var told = _executor.Apply(
            new TestBatch().Command(1, 1).Command(1, 2, 0).Open(2, SessionMode.Ordered, 4, 1000).At(3));
        Assert.Equal(
            [(1, PaxosError.Wedged), (2, PaxosError.Wedged), (2, PaxosError.Wedged)],
            told.Select(each => (each.Sequence, each.Error)));
        Assert.Equal(machine, _executor.Machine.Digest);
        Assert.True(_executor.Executor.Time > time);

        // Behind it the very same commands are what they were: the first is a repeat, the second is new.
        Change(wedged: false, 4);
        told = _executor.Apply(new TestBatch().Command(1, 1).Command(1, 2, 1).At(5));
        Assert.Equal([PaxosError.None, PaxosError.None], told.Select(each => each.Error));
        Assert.Equal(1, told[0].Slot);
    }

    [Fact]
    public void Sessions_are_kept_alive_closed_and_expire()
    {
        Assert.Equal(PaxosError.None, Assert.Single(_executor.Apply(new TestBatch().KeepAlive(1, 0).At(900))).Error);
        Assert.Equal(PaxosError.None, Assert.Single(_executor.Apply(new TestBatch().KeepAlive(1, 0).At(1800))).Error);
        _executor.Apply(TestBatch.Skip(3000));
        Assert.Equal(
            PaxosError.SessionExpired, Assert.Single(_executor.Apply(new TestBatch().Close(1, 0).At(3001))).Error);
    }

    [Fact]
    public void A_snapshot_of_a_wedged_epoch_is_wedged()
    {
        var restored = _executor.Restore();
        Assert.True(restored.Executor.Epoch.Configuration.IsWedged);
        Assert.Equal(PaxosError.Wedged, Assert.Single(restored.Apply(new TestBatch().Command(1, 2).At(3))).Error);
    }

    private void Change(bool wedged, long milliseconds)
    {
        var present = _executor.Executor.Epoch.Configuration;
        var next = present.InNextEpoch(wedged);
        _executor.Apply(new Stop(present.Epoch, 1, next).ToValue(TestBatch.Milliseconds(milliseconds)));
        Assert.Equal(wedged, _executor.Executor.Epoch.Configuration.IsWedged);
    }
}
