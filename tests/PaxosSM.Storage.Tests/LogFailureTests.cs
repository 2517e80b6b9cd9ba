using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>R1: durable first, no flush is retried, a full disk waits.</summary>
public sealed class LogFailureTests
{
    [Fact]
    public void What_is_acknowledged_comes_back_in_order()
    {
        var rig = new LogRig();
        rig.Write(First, OfEveryKind());
        rig.Write(Second, Vote(1), Vote(2));
        rig.Write(First, Vote(5));
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        // The checkpoints let go of what stood before them at or below slot 1, the promise and the chosen-through, and
        // how the epoch began: that the second one tells itself. The first one is of an epoch that is needed yet.
        var expected = rig.Acknowledged.Where(text => text.StartsWith("g1", StringComparison.Ordinal)).ToList();
        expected.RemoveAll(text => text.Contains("Kind = Promise", StringComparison.Ordinal)
            || text.Contains("Kind = ChosenThrough", StringComparison.Ordinal)
            || text.Contains("Kind = Epoch", StringComparison.Ordinal));
        Assert.Equal(expected, rig.Recovered(First));
        Assert.Equal(2, rig.Recovered(Second).Count);
        Assert.Empty(rig.Recovered(Second));
    }

    [Fact]
    public void A_round_is_one_block_and_one_flush()
    {
        var rig = new LogRig();
        for (var i = 1; i <= 10; i++)
        {
            rig.Append(First, Vote(i));
        }

        var flushes = rig.Disk.Flushes;
        Assert.True(rig.Log.RunOnce());
        Assert.Equal(flushes + 1, rig.Disk.Flushes);
        Assert.Equal(rig.Appended, rig.Acknowledged);
    }

    [Fact]
    public void Nothing_is_called_back_inside_an_append_nor_before_the_flush()
    {
        var rig = new LogRig();
        rig.Disk.OnFlush = () => Assert.Empty(rig.Acknowledged);
        rig.Append(First, Vote(1));
        Assert.Empty(rig.Acknowledged);
        rig.Run();
        Assert.Single(rig.Acknowledged);
    }

    [Fact]
    public void A_failed_flush_stops_the_log_for_good_and_acknowledges_nothing()
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1));
        rig.Disk.FlushesUntilFailure = 0;
        rig.Append(First, Vote(2));
        Assert.False(rig.Log.RunOnce());
        Assert.Contains("Flushing", rig.Log.Failure, StringComparison.Ordinal);
        var flushes = rig.Disk.Flushes;
        rig.Write(First, Vote(3));
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        rig.Run();
        Assert.Single(rig.Acknowledged);
        Assert.Equal(flushes, rig.Disk.Flushes);
    }

    [Fact]
    public void After_a_failed_flush_and_a_restart_what_is_read_is_rewritten_before_it_counts()
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1));
        rig.Disk.FlushesUntilFailure = 0;
        rig.Write(First, Vote(2));
        rig.Disk.Crash(powerCut: false);
        rig.Reopen();
        Assert.Equal(rig.Appended, rig.Recovered(First));

        // The page cache showed block 2; now the disk has it too.
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal(rig.Appended, rig.Recovered(First));
    }

    [Fact]
    public void A_failed_flush_of_a_segment_being_prepared_stops_the_log_too()
    {
        var rig = new LogRig();
        var slot = 0;
        while (rig.Disk.Paths.Count == 1)
        {
            rig.Append(First, Vote(++slot));
            rig.Disk.FlushesUntilFailure = 1;
            rig.Run();
            rig.Disk.FlushesUntilFailure = null;
            if (rig.Log.Failure is not null)
            {
                break;
            }
        }

        Assert.Contains("Preparing", rig.Log.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_write_other_than_for_space_stops_the_log()
    {
        var rig = new LogRig();
        rig.Disk.WritesUntilFailure = 0;
        rig.Write(First, Vote(1));
        Assert.NotNull(rig.Log.Failure);
        Assert.Empty(rig.Acknowledged);
    }

    [Fact]
    public void A_full_disk_waits_and_resumes_losing_nothing()
    {
        var rig = new LogRig();
        rig.Disk.CapacityBytes = 40 * 1024;
        for (var i = 1; i <= 80; i++)
        {
            rig.Append(First, Vote(i));
            rig.Run();
        }

        Assert.Null(rig.Log.Failure);
        Assert.NotEqual(rig.Appended.Count, rig.Acknowledged.Count);
        rig.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Contains("No space", rig.Log.Stall!.Why, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMilliseconds(500), rig.Log.Stall!.For);
        var calls = rig.Disk.Calls;
        rig.Run();
        Assert.Equal(calls, rig.Disk.Calls);
        rig.Disk.CapacityBytes = long.MaxValue;
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        rig.Run();
        Assert.Equal(rig.Appended, rig.Acknowledged);
        Assert.Null(rig.Log.Stall);
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal(rig.Appended, rig.Recovered(First));
    }

    [Fact]
    public void An_append_greater_than_a_segment_gets_one_of_its_own()
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1));
        rig.Write(First, Vote(2, 50_000));
        rig.Write(First, Vote(3));
        Assert.Equal(rig.Appended, rig.Acknowledged);
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal(rig.Appended, rig.Recovered(First));
    }

    [Fact]
    public void A_prepared_segment_too_small_for_an_append_is_made_anew_on_a_full_disk_too()
    {
        var rig = new LogRig();
        var slot = 0;
        while (!rig.Disk.Paths.Contains(LogRig.SegmentPath(2)))
        {
            rig.Write(First, Vote(++slot));
        }

        rig.Disk.CapacityBytes = 60 * 1024;
        rig.Write(First, Vote(++slot, 50_000));
        Assert.Null(rig.Log.Failure);
        Assert.NotEqual(rig.Appended, rig.Acknowledged);
        rig.Disk.CapacityBytes = long.MaxValue;
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        rig.Run();
        Assert.Equal(rig.Appended, rig.Acknowledged);
        for (var i = 0; i < 40; i++)
        {
            rig.Write(First, Vote(++slot));
        }

        rig.Write(First, Checkpoint(slot));
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal([$"g1 {Text(Checkpoint(slot))}"], rig.Recovered(First));
    }

    [Fact]
    public void A_log_that_was_there_and_is_gone_is_damage()
    {
        var exception = Assert.Throws<LogDamagedException>(() => new LogRig(options: new() { MustExist = true }));
        Assert.Contains("R13", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_logs_segments_are_refused()
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1));
        var options = rig.Options with { LogId = 5 };
        Assert.Throws<LogDamagedException>(() => WriteAheadLog.Open(rig.Disk, LogRig.Directory, options));
    }
}
