using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests;

/// <summary>A node's threads take turns as short as the system allows; other threads' stay as they are.</summary>
public sealed class TimeSliceTests
{
    [Fact]
    public void A_nodes_thread_has_the_shortest_turns_where_the_system_lets_it_ask()
    {
        var isShort = TryShorten(out var after);
        Assert.Equal(isShort, after == TimeSlice.Shortest);
        Assert.Equal(after, TurnOf(run => NodeThread.New(run, "test")));
    }

    [Fact]
    public void Linux_grants_it_since_the_version_that_can()
    {
        var canGrant = OperatingSystem.IsLinux() && Environment.OSVersion.Version >= new Version(6, 12);
        Assert.Equal(canGrant, TryShorten(out _));
    }

    [Fact]
    public void Whoever_starts_such_a_thread_keeps_turns_of_the_same_length()
    {
        var before = TimeSlice.Current();
        _ = TurnOf(run => NodeThread.New(run, "test"));
        Assert.Equal(before, TimeSlice.Current());
    }

    private static bool TryShorten(out TimeSpan? after)
    {
        var isShort = false;
        after = TurnOf(run => new(() =>
        {
            isShort = TimeSlice.TryShorten();
            run();
        }));
        return isShort;
    }

    private static TimeSpan? TurnOf(Func<Action, Thread> make)
    {
        TimeSpan? turn = null;
        var thread = make(() => turn = TimeSlice.Current());
        thread.Start();
        thread.Join();
        return turn;
    }
}
