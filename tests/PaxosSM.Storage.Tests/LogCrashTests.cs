using PaxosSM.Log;
using PaxosSM.Storage.Simulated;
using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>Whatever the moment of a crash, and whatever the disk kept of what was not flushed.</summary>
public sealed class LogCrashTests
{
    [Fact]
    public void Everything_acknowledged_is_recovered_in_order_and_nothing_is_invented()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            try
            {
                Run(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }

    [Fact]
    public void A_trim_deletes_only_dead_segments_and_survives_a_crash_at_any_call()
    {
        for (var calls = 0; calls < 200; calls++)
        {
            var rig = new LogRig();
            try
            {
                rig.Disk.CallsUntilCrash = calls + 3;
                Fill(rig, 1, 40);
                rig.Write(First, Checkpoint(38));
                Fill(rig, 41, 60);
                rig.Write(First, Checkpoint(58));
            }
            catch (SimulatedCrashException)
            {
            }

            rig.Disk.Crash(powerCut: true, place => (place & 1) == 0);
            rig.Reopen();
            Check(rig, First);
        }
    }

    [Fact]
    public void Segments_die_when_every_group_let_go_of_them()
    {
        var rig = new LogRig();
        rig.Write(Second, Vote(1));
        Fill(rig, 1, 60);
        rig.Write(First, Checkpoint(58));
        Assert.Contains(LogRig.SegmentPath(1), rig.Disk.Paths);
        rig.Write(Second, Checkpoint(1));
        Assert.DoesNotContain(LogRig.SegmentPath(1), rig.Disk.Paths);
        Assert.DoesNotContain(LogRig.SegmentPath(2), rig.Disk.Paths);
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal([$"g1 {Text(Vote(59))}", $"g1 {Text(Vote(60))}", $"g1 {Text(Checkpoint(58))}"],
            rig.Recovered(First));
        Assert.Equal([$"g2 {Text(Checkpoint(1))}"], rig.Recovered(Second));
    }

    [Fact]
    public void A_group_that_is_gone_holds_no_segment()
    {
        var rig = new LogRig();
        rig.Write(Second, new PromiseWrite(BallotOf(9)), Vote(1));
        rig.Log.Forget(Second);
        rig.Run();
        rig.Write(Second, Vote(2)); // late, of a round that was under way
        Fill(rig, 1, 60);
        Assert.Contains(LogRig.SegmentPath(1), rig.Disk.Paths);
        rig.Write(First, Checkpoint(58));
        Assert.DoesNotContain(LogRig.SegmentPath(1), rig.Disk.Paths);
    }

    [Fact]
    public void Nothing_of_a_group_that_is_gone_is_read_back()
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1));
        rig.Write(Second, new PromiseWrite(BallotOf(9)), Vote(1));
        rig.Log.Forget(Second);
        rig.Run();
        rig.Write(Second, Vote(2));
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal([First], rig.Log.RecoveredGroups);
        Assert.Empty(rig.Recovered(Second));
        Assert.Equal([$"g1 {Text(Vote(1))}"], rig.Recovered(First));
    }

    [Fact]
    public void A_group_whose_end_was_lost_in_a_crash_is_read_back_and_can_be_forgotten_again()
    {
        var rig = new LogRig();
        rig.Write(Second, Vote(1));
        rig.Log.Forget(Second);
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal([Second], rig.Log.RecoveredGroups);
        rig.Log.Forget(Second);
        Assert.Empty(rig.Log.RecoveredGroups);
        rig.Run();
        rig.Reopen();
        Assert.Empty(rig.Recovered(Second));
    }

    [Fact]
    public void What_comes_after_a_checkpoint_is_never_let_go_by_it()
    {
        var rig = new LogRig();
        rig.Write(First, Checkpoint(1000));
        rig.Write(First, new PromiseWrite(BallotOf(99)), Vote(5));
        Fill(rig, 1001, 1060);
        Assert.Contains(LogRig.SegmentPath(1), rig.Disk.Paths);
    }

    private static void Fill(LogRig rig, int from, int to)
    {
        for (var i = from; i <= to; i++)
        {
            rig.Write(First, Vote(i));
        }
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var rig = new LogRig();
        for (var life = 0; life < 4; life++)
        {
            try
            {
                rig.Disk.CallsUntilCrash = random.Next(1, 120);
                for (var i = 0; i < 60; i++)
                {
                    var slot = rig.Appended.Count + 1;
                    rig.Append(random.Next(2) == 0 ? First : Second, Vote(slot, random.Next(700)));
                    if (random.Next(3) == 0)
                    {
                        _ = rig.Log.RunOnce();
                    }
                }

                rig.Run();
            }
            catch (SimulatedCrashException)
            {
            }

            var power = random.Next(2) == 0;
            rig.Disk.Crash(power, _ => random.Next(2) == 0, random.Next(4));
            rig.Reopen();
            var first = Check(rig, First);
            var second = Check(rig, Second);

            // What came back counts from here on, acknowledged or not; what did not, was never there.
            rig.Acknowledged.Clear();
            rig.Acknowledged.AddRange([.. first, .. second]);
            rig.Appended.Clear();
            rig.Appended.AddRange(rig.Acknowledged);
        }
    }

    private static List<string> Check(LogRig rig, GroupId group)
    {
        var trimmedTo = 0L;
        var prefix = $"{group} ";
        var recovered = rig.Recovered(group);
        foreach (var text in rig.Acknowledged.Where(
            text => text.Contains("Kind = Checkpoint", StringComparison.Ordinal)))
        {
            trimmedTo = Math.Max(trimmedTo, text == $"{group} {Text(Checkpoint(38))}" ? 38 : 58);
        }

        var acknowledged = rig.Acknowledged.Where(text => text.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        var appended = rig.Appended.Where(text => text.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (trimmedTo == 0 && recovered.Count > 0
            && !recovered.Any(text => text.Contains("Checkpoint", StringComparison.Ordinal)))
        {
            Assert.Equal(acknowledged, recovered.Take(acknowledged.Count));
            for (var i = 0; i < recovered.Count; i++)
            {
                Assert.True(recovered[i] == appended[i] || recovered[i].EndsWith("damaged", StringComparison.Ordinal));
            }
        }
        else
        {
            var needed = acknowledged.Where(text => recovered.Contains(text) || !IsLetGo(text)).ToList();
            Assert.Equal(needed, recovered.Where(needed.Contains));
        }

        return recovered;

        bool IsLetGo(string text) => recovered.Any(other => other.Contains("Checkpoint", StringComparison.Ordinal))
            && (text.Contains("Kind = Checkpoint", StringComparison.Ordinal) || SlotOf(text) <= 58);
    }

    private static long SlotOf(string text)
    {
        var at = text.IndexOf("Last = s", StringComparison.Ordinal) + "Last = s".Length;
        return long.Parse(text[at..text.IndexOfAny([' ', ','], at)], System.Globalization.CultureInfo.InvariantCulture);
    }
}
