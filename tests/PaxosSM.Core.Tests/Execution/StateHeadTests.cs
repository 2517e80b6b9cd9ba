using PaxosSM.Execution;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>A state that goes on in another epoch (R12, R33).</summary>
public sealed class StateHeadTests
{
    private readonly TestExecutor _before = new();

    public StateHeadTests() => _before.Apply(new TestBatch()
        .Open(1, SessionMode.Ordered, 9, 60_000).Command(1, 1, 0, (byte)'C', 2).Command(1, 2, 0, (byte)'C', 2)
        .At(0));

    [Fact]
    public void Sessions_and_their_results_stay_and_later_ones_are_numbered_apart()
    {
        var first = Continued(7);
        Assert.Equal(_before.Executor.Applied, first.Executor.Applied);
        Assert.Equal(_before.Executor.Chain, first.Executor.Chain);
        Assert.Equal(Next(7).Epoch, first.Executor.Epoch.Epoch);
        var told = first.Apply(new TestBatch().Command(1, 2).Command(1, 4).At(0));
        Assert.Equal([PaxosError.None, PaxosError.SessionGap], told.Select(each => each.Error));
        Assert.Empty(first.Machine.Trace);
        long[] numbers = [NextSession(first), NextSession(Continued(8)), NextSession(_before)];
        Assert.Equal(3, numbers.Distinct().Count());
    }

    [Fact]
    public void A_forced_epoch_numbers_sessions_apart_once_R33()
    {
        var members = _before.Executor.Epoch.Configuration.Members;
        _before.Apply(new Stop(Epoch.First, 1, new(new(2), members) { Fork = new(9) }).ToValue(LogTime.Zero));
        var first = NextSession(_before);
        Assert.True(first > 1L << 32, $"{first}");
        _before.Apply(new Stop(new(2), 1, new(new(3), members) { Fork = new(9) }).ToValue(LogTime.Zero));
        var told = _before.Apply(new TestBatch().Open(3, SessionMode.Ordered, 9, 60_000).At(0));
        Assert.Equal(first + 1, Assert.Single(told).Result);
    }

    [Fact]
    public void What_does_not_follow_or_is_damaged_is_refused()
    {
        var state = _before.State;
        EpochStart elsewhere = new(new(9), 7, Next(7).Configuration);
        Assert.Throws<FormatException>(() => StateHead.Continue(state, elsewhere));
        Assert.Throws<FormatException>(() => StateHead.Continue(state, _before.Executor.Epoch));
        state[^1] ^= 1;
        Assert.Throws<FormatException>(() => StateHead.Of(state));
    }

    private static long NextSession(TestExecutor executor)
    {
        var told = executor.Apply(new TestBatch().Open(2, SessionMode.Ordered, 9, 60_000).At(0));
        return Assert.Single(told).Result;
    }

    private TestExecutor Continued(uint digest)
    {
        TestExecutor continued = new();
        continued.Executor.ReadState(StateHead.Continue(_before.State, Next(digest)).Span);
        return continued;
    }

    private EpochStart Next(uint digest) => new(
        _before.Executor.Applied, digest, new(new(2), _before.Executor.Epoch.Configuration.Members));
}
