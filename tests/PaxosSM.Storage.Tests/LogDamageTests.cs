using PaxosSM.Log;
using PaxosSM.Storage.Simulated;
using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>R24: a tear is cut, damage is reported, nothing is dropped in silence.</summary>
public sealed class LogDamageTests
{
    [Theory]
    [InlineData(0x01)]
    [InlineData(0xFF)]
    public void A_flipped_byte_anywhere_is_harmless_or_reported(byte mask)
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1), new PromiseWrite(BallotOf(4)));
        rig.Write(First, Vote(2, 900), Checkpoint(0));
        rig.Write(First, new ChosenThroughWrite(new(2)), Vote(3));
        var clean = rig.Disk.Clone();
        var expected = Reopened(clean.Clone(), rig.Options);
        var path = LogRig.SegmentPath(1);
        var damaged = 0;
        for (var at = 0; at < BlockFormat.SegmentHeaderSize + 5120; at++)
        {
            var disk = clean.Clone();
            disk.Flip(path, at, mask);
            var recovered = Reopened(disk, rig.Options);
            Assert.True(expected.Count == recovered.Count,
                $"offset {at}: {recovered.Count} records instead of {expected.Count}");
            for (var i = 0; i < expected.Count; i++)
            {
                Assert.Equal(expected[i].Key, recovered[i].Key);
                if (recovered[i].Write is { } write)
                {
                    Assert.Equal(Text(expected[i]), Text(write));
                }
                else
                {
                    damaged++;
                    Assert.Equal(RecordKind.Vote, recovered[i].Key.Kind);
                }
            }

            // Opening repaired or reported it; opening again says the same.
            Assert.Equal(recovered.Select(Text), Reopened(disk, rig.Options).Select(Text));
        }

        // Every byte of the votes' payloads, and nothing else.
        Assert.True(damaged > 900);
    }

    [Fact]
    public void A_torn_tail_is_cut_at_every_sector_boundary_and_the_log_goes_on()
    {
        for (var kept = 0; kept <= 6; kept++)
        {
            var rig = new LogRig();
            rig.Write(First, Vote(1));
            rig.Write(First, Vote(2));
            Tear(rig, Vote(3, 1500), place => place < kept);
            rig.Reopen();
            var recovered = rig.Recovered(First);
            Assert.Equal(rig.Acknowledged, recovered.Take(2));
            Assert.True(recovered.Count == 2 || (recovered.Count == 3 && kept >= 4), $"{kept} sectors");
            GoesOn(rig, recovered);
        }
    }

    [Fact]
    public void A_tear_that_kept_any_set_of_sectors_invents_nothing()
    {
        for (var set = 0; set < 1 << 5; set++)
        {
            var rig = new LogRig();
            rig.Write(First, Vote(1));
            Tear(rig, Vote(2, 1500), place => ((set >> place) & 1) != 0);
            rig.Reopen();
            var recovered = rig.Log.TakeRecovered(First);
            Assert.Equal(rig.Acknowledged[0], $"g1 {Text(recovered[0])}");
            Assert.True(recovered.Count is 1 or 2);
            Assert.True(recovered.Count == 1 || recovered[1].Key == RecordKey.Of(Vote(2, 1500)));
            GoesOn(rig, [.. recovered.Select(record => $"g1 {Text(record)}")]);
        }
    }

    [Fact]
    public void A_block_that_lost_both_tables_with_a_block_behind_it_ends_the_identity()
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1));
        rig.Write(First, Vote(2));
        rig.Write(First, Vote(3));
        var path = LogRig.SegmentPath(1);
        rig.Disk.Flip(path, BlockFormat.SegmentHeaderSize + 1024 + 10);
        rig.Disk.Flip(path, BlockFormat.SegmentHeaderSize + 1024 + 512 + 10);
        var exception = Assert.Throws<LogDamagedException>(rig.Reopen);
        Assert.Equal(path, exception.File);
        Assert.Equal(BlockFormat.SegmentHeaderSize + 1024, exception.Offset);
        Assert.Contains("block 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_segment_ends_the_identity()
    {
        var rig = new LogRig();
        for (var i = 1; i <= 60; i++)
        {
            rig.Write(First, Vote(i));
        }

        foreach (var gone in new[] { 1, 2 })
        {
            var disk = rig.Disk.Clone();
            disk.Delete(LogRig.SegmentPath(gone));
            Assert.Throws<LogDamagedException>(() => new LogRig(disk, rig.Options));
        }
    }

    [Fact]
    public void A_sector_that_cannot_be_read_is_damage_and_not_the_end()
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1, 3000));
        rig.Write(First, Vote(2));
        rig.Disk.MarkUnreadable(LogRig.SegmentPath(1), BlockFormat.SegmentHeaderSize + 1024);
        rig.Reopen();
        var recovered = rig.Log.TakeRecovered(First);
        Assert.Equal(2, recovered.Count);
        Assert.Null(recovered[0].Write);
        Assert.NotNull(recovered[1].Write);
        Assert.Equal(1, rig.Log.Report.Damaged);
    }

    [Fact]
    public void A_copy_of_the_log_inside_a_value_is_only_bytes()
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1));
        var stolen = rig.Disk.ReadAll(LogRig.SegmentPath(1)).AsMemory(BlockFormat.SegmentHeaderSize, 2048).ToArray();
        // Shifted so that the stolen block starts a sector.
        for (var shift = 0; shift < 512; shift += 1)
        {
            var probe = new LogRig(rig.Disk.Clone(), rig.Options);
            var payload = new byte[shift + stolen.Length];
            stolen.CopyTo(payload, shift);
            probe.Write(First, new LearnedWrite(new(2), new(ValueKind.Commands, default, payload)));
            probe.Write(First, Vote(3));
            probe.Disk.Flip(LogRig.SegmentPath(1), BlockFormat.SegmentHeaderSize + 1024 + 10);
            probe.Reopen();
            Assert.Equal(3, probe.Recovered(First).Count);
            shift += 7;
        }
    }

    private static void Tear(LogRig rig, DurableWrite write, Func<int, bool> keeps)
    {
        rig.Append(First, write);
        rig.Disk.CallsUntilCrash = 1;
        Assert.Throws<SimulatedCrashException>(() => rig.Log.RunOnce());
        rig.Disk.Crash(powerCut: true, keeps);
    }

    private static void GoesOn(LogRig rig, List<string> before)
    {
        rig.Write(First, Vote(9));
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal([.. before, $"g1 {Text(Vote(9))}"], rig.Recovered(First));
    }

    private static IReadOnlyList<RecoveredRecord> Reopened(InMemoryFileLayer disk, LogOptions options) =>
        WriteAheadLog.Open(disk, LogRig.Directory, options).TakeRecovered(First);
}
