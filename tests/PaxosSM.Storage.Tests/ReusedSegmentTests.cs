using PaxosSM.Log;
using PaxosSM.Storage.Simulated;
using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>Blocks of an earlier life never pass for the log's, and never hide what is wrong with it (R24).</summary>
public sealed class ReusedSegmentTests
{
    // Which of the sectors that were not flushed a power cut leaves.
    private static readonly Func<int, bool>[] Cuts =
    [
        _ => false, _ => true, place => place % 2 == 0, place => place % 2 == 1, place => place < 2, place => place > 2,
    ];

    [Fact]
    public void A_crash_at_any_call_loses_nothing_and_brings_nothing_back()
    {
        DurableWrite[] writes = [.. Cycles(rounds: 8)];
        var calls = CallsOf(writes);
        Assert.True(calls > 250, $"{calls} calls");
        for (var call = 1; call < calls; call++)
        {
            for (var cut = -1; cut < Cuts.Length; cut++)
            {
                for (var names = 0; names <= (cut < 0 ? 0 : 3); names++)
                {
                    try
                    {
                        CrashAt(writes, call, cut < 0 ? null : Cuts[cut], names == 3 ? int.MaxValue : names);
                    }
                    catch (Exception exception)
                    {
                        throw new InvalidOperationException($"call {call}, cut {cut}, names {names}", exception);
                    }
                }
            }
        }
    }

    [Fact]
    public void A_crash_at_any_call_of_the_start_after_a_tear_is_harmless()
    {
        var rig = new LogRig();
        var (slot, _, _) = ReusedSegments.Reach(rig, i => 40 + (int)(i * 190 % 1400));
        Tear(rig, Vote(slot + 1, 1500), place => place < 2);
        var acknowledged = rig.Acknowledged.Count;
        for (var call = 1; call < 30; call++)
        {
            var again = new LogRig(rig.Disk.Clone(), rig.Options);
            _ = again.Recovered(First);
            var torn = rig.Disk.Clone();
            torn.CallsUntilCrash = call;
            try
            {
                _ = new LogRig(torn, rig.Options);
            }
            catch (SimulatedCrashException)
            {
            }

            torn.Crash(powerCut: true, place => place % 2 == call % 2);
            var back = new LogRig(torn, rig.Options);
            Assert.Equal(again.Disk.Paths, torn.Paths);
            Assert.Equal(new LogRig(again.Disk, rig.Options).Recovered(First), back.Recovered(First));
        }

        Assert.Equal(rig.Appended.Count - 1, acknowledged);
    }

    [Fact]
    public void A_torn_block_over_older_ones_is_cut_wherever_they_stand()
    {
        for (var seed = 1; seed <= 400; seed++)
        {
            try
            {
                TearOver(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }

    [Fact]
    public void What_two_tears_leave_makes_no_block_together()
    {
        var rig = new LogRig();
        var (slot, active, end) = ReusedSegments.Reach(rig, _ => 40);
        var expected = new LogRig(rig.Disk.Clone(), rig.Options).Recovered(First);

        // Tables of two sectors, of which the second ones are the same.
        var (size, trailer) = LayoutOf([.. Twelve(slot, first: 900)]);
        Assert.True(end + size <= active.Length);
        Tear(rig, [.. Twelve(slot, first: 900)], place => place == trailer);
        rig.Reopen();
        Assert.Equal(expected, rig.Recovered(First));
        Assert.Equal(BlockFormat.SectorSize, rig.Log.Report.CutBytes);
        Tear(rig, [.. Twelve(slot, first: 901)], place => place == trailer + 1);
        rig.Reopen();
        Assert.Equal(expected, rig.Recovered(First));
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0xFF)]
    public void A_flipped_byte_anywhere_is_harmless_or_reported(byte mask)
    {
        var rig = new LogRig();
        var (slot, active, end) = ReusedSegments.Reach(rig, i => 40 + (int)(i * 190 % 1400));
        for (var i = 1; i <= 3; i++)
        {
            rig.Write(First, Vote(slot + i, 700));
        }

        var clean = rig.Disk.Clone();
        var expected = new LogRig(clean.Clone(), rig.Options).Log.TakeRecovered(First);
        for (var at = 0; at < Math.Min(active.Length, end + (7 * 1024)); at++)
        {
            var disk = clean.Clone();
            disk.Flip(LogRig.SegmentPath(active.Number), at, mask);
            var log = new LogRig(disk, rig.Options).Log;
            var recovered = log.TakeRecovered(First);
            Assert.True(expected.Count == recovered.Count, $"offset {at}: {recovered.Count} of {expected.Count}");
            Assert.Equal(expected.Select(record => record.Key), recovered.Select(record => record.Key));
            Assert.Equal(recovered.Count(record => record.Write is null), log.Report.Damaged);

            // A number of an older block that was flipped is one of a block of this life, perhaps.
            Assert.InRange(log.Report.CutBytes, 0, BlockFormat.SectorSize);
        }
    }

    [Fact]
    public void A_later_block_proves_damage_among_older_ones_too()
    {
        var rig = new LogRig();
        var (slot, active, end) = ReusedSegments.Reach(rig, i => 40 + (int)(i * 190 % 1400));
        rig.Write(First, Vote(slot + 1));
        rig.Write(First, Vote(slot + 2));
        FlipTables(rig, active.Number, end);
        var exception = Assert.Throws<LogDamagedException>(rig.Reopen);
        Assert.Equal(end, exception.Offset);
    }

    [Fact]
    public void The_first_block_of_a_log_whose_begin_was_let_go_is_told_from_older_ones()
    {
        var rig = new LogRig();
        var (slot, active, _) = ReusedSegments.Reach(rig, _ => 40);
        while (rig.Segments()[0].Number < active.Number)
        {
            rig.Write(First, Vote(++slot), Checkpoint(slot - 1));
        }

        var path = LogRig.SegmentPath(active.Number);
        var first = rig.Disk.ReadAll(path).AsSpan(BlockFormat.SegmentHeaderSize);
        Assert.True(BlockFormat.TryReadFrame(first, BlockFormat.HeaderMagic, active.LogId, out var header));
        var oneTable = new LogRig(rig.Disk.Clone(), rig.Options);
        var expected = oneTable.Recovered(First);
        oneTable.Disk.Flip(path, BlockFormat.SegmentHeaderSize + 20);
        oneTable.Reopen();
        Assert.Equal(expected, oneTable.Recovered(First));
        Assert.Equal(1, oneTable.Log.Report.Repaired);

        rig.Disk.Flip(path, BlockFormat.SegmentHeaderSize + 20);
        rig.Disk.Flip(path, BlockFormat.SegmentHeaderSize + header.TrailerOffset + 20);
        var exception = Assert.Throws<LogDamagedException>(rig.Reopen);
        Assert.Contains("the first block is lost", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_used_again_proves_that_the_blocks_before_it_were_flushed()
    {
        var (rig, last, at) = UntilTheNextSegmentTellsOfTheLastBlock();
        var path = LogRig.SegmentPath(last.Number);
        var tear = new LogRig(rig.Disk.Clone(), rig.Options);
        Assert.True(BlockFormat.TryReadFrame(
            rig.Disk.ReadAll(path).AsSpan(at), BlockFormat.HeaderMagic, last.LogId, out var block));
        tear.Disk.Flip(path, at + block.TrailerOffset + 20);
        tear.Disk.Flip(path, at + block.TrailerOffset - BlockFormat.SectorSize);
        tear.Reopen();
        Assert.Equal(1, tear.Log.Report.Damaged);
        Assert.Equal(0, tear.Log.Report.CutBytes);
        Assert.Null(tear.Log.TakeRecovered(First)[^1].Write);

        FlipTables(rig, last.Number, at);
        var exception = Assert.Throws<LogDamagedException>(rig.Reopen);
        Assert.Contains($"block {block.Lsn} was durable", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_cut_is_the_tear_and_not_what_was_there_before()
    {
        var rig = new LogRig();
        var (slot, active, end) = ReusedSegments.Reach(rig, i => 40 + (int)(i * 190 % 1400));
        Tear(rig, Vote(slot + 1, 1500), place => place < 2);
        var before = rig.Disk.ReadAll(LogRig.SegmentPath(active.Number));
        Assert.True(BlockFormat.TryReadFrame(
            before.AsSpan(end), BlockFormat.HeaderMagic, active.LogId, out var torn));
        rig.Reopen();
        Assert.Equal(torn.Length, rig.Log.Report.CutBytes);
        var after = rig.Disk.ReadAll(LogRig.SegmentPath(active.Number));
        Assert.False(after.AsSpan(end, torn.Length).ContainsAnyExcept((byte)0));
        Assert.Equal(before[(end + torn.Length)..], after[(end + torn.Length)..]);
    }

    private static IEnumerable<DurableWrite> Cycles(int rounds)
    {
        for (var slot = 1; slot <= rounds * 8; slot++)
        {
            yield return Vote(slot, 1000 + (slot * 700 % 2500));
            if (slot % 8 == 0)
            {
                yield return Checkpoint(slot - 1);
            }
        }
    }

    private static long CallsOf(DurableWrite[] writes)
    {
        var rig = new LogRig();
        foreach (var write in writes)
        {
            rig.Write(First, write);
        }

        Assert.Contains(rig.Segments(), header => header.LsnMin > 0);
        return rig.Disk.Calls;
    }

    private static void CrashAt(DurableWrite[] writes, int call, Func<int, bool>? cut, int names)
    {
        var rig = new LogRig();
        var written = 0;
        rig.Disk.CallsUntilCrash = call - (int)rig.Disk.Calls;
        if (rig.Disk.CallsUntilCrash < 0)
        {
            return;
        }

        try
        {
            for (; written < writes.Length; written++)
            {
                rig.Write(First, writes[written]);
            }
        }
        catch (SimulatedCrashException)
        {
        }

        rig.Disk.Crash(cut is not null, cut, names);
        rig.Reopen();
        var recovered = rig.Recovered(First);
        var acknowledged = rig.Acknowledged.Count;
        var isMore = acknowledged < writes.Length
            && recovered.SequenceEqual(ReusedSegments.Kept(writes.Take(acknowledged + 1)));
        var kept = ReusedSegments.Kept(writes.Take(acknowledged));
        var isDamaged = acknowledged < writes.Length && recovered.SequenceEqual(
            [.. kept, $"{First} {RecordKey.Of(writes[acknowledged])} damaged"]);
        if (!isMore && !isDamaged)
        {
            Assert.Equal(kept, recovered);
        }

        // A record that can't be read stays behind those that follow it: the acceptor has it repaired.
        if (isDamaged)
        {
            return;
        }

        var from = acknowledged + (isMore ? 1 : 0);
        foreach (var write in writes[from..])
        {
            rig.Write(First, write);
        }

        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal(ReusedSegments.Kept(writes), rig.Recovered(First));
    }

    // Two tears at one place, of different lengths, then blocks over what they left.
    private static void TearOver(int seed)
    {
        var random = new Random(seed);
        var rig = new LogRig();
        var (slot, _, _) = ReusedSegments.Reach(rig, _ => random.Next(1900));
        for (var count = random.Next(12); count > 0; count--)
        {
            rig.Write(First, Vote(++slot, random.Next(1900)));
        }

        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        var expected = rig.Recovered(First);
        for (var tears = 0; tears < 3; tears++)
        {
            var isCut = tears < 2;
            var sectors = random.Next(1 << 12);
            var vote = Vote(slot + 1, random.Next(3000));
            Tear(rig, vote, place => ((sectors >> (place % 12)) & 1) != 0);
            rig.Reopen();
            var recovered = rig.Recovered(First);
            Assert.Equal(expected, recovered.Take(expected.Count));
            Assert.True(recovered.Count <= expected.Count + 1);
            if (recovered.Count > expected.Count)
            {
                Assert.Contains(recovered[^1],
                    (string[])[$"{First} {Text(vote)}", $"{First} {RecordKey.Of(vote)} damaged"]);
                expected = recovered;
                slot++;
            }
            else if (!isCut)
            {
                rig.Write(First, Vote(++slot, 40));
                expected.Add(rig.Appended[^1]);
            }
        }

        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal(expected, rig.Recovered(First));
        for (var count = 0; count < 40; count++)
        {
            rig.Write(First, Vote(++slot, random.Next(1900)));
            expected.Add(rig.Appended[^1]);
        }

        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal(expected, rig.Recovered(First));
    }

    // Of the last block nothing else tells: it lets no segment go.
    private static (LogRig Rig, SegmentHeader Last, int At) UntilTheNextSegmentTellsOfTheLastBlock()
    {
        var rig = new LogRig();
        for (var slot = 1L; slot < 1000; slot++)
        {
            rig.Write(First, Vote(slot, 700));
            if (slot % 16 == 0)
            {
                rig.Write(First, Checkpoint(slot - 1));
            }

            var (active, end) = ReusedSegments.Active(rig)!.Value;
            var bytes = rig.Disk.ReadAll(LogRig.SegmentPath(active.Number));
            BlockHeader before = default;
            for (var at = BlockFormat.SegmentHeaderSize; at < end; at += before.Length)
            {
                Assert.True(BlockFormat.TryReadFrame(
                    bytes.AsSpan(at), BlockFormat.HeaderMagic, active.LogId, out var block));
                if (rig.Segments().Any(header => header.LsnMin == block.Lsn + 1)
                    && block.Floor == before.Floor && at + block.Length == end)
                {
                    return (rig, active, at);
                }

                before = block;
            }
        }

        throw new InvalidOperationException("No header tells of the last block.");
    }

    private static IEnumerable<DurableWrite> Twelve(long slot, long first)
    {
        yield return Vote(first);
        for (var i = 1; i < 12; i++)
        {
            yield return Vote(slot + i);
        }
    }

    // How long a block is, and the sector in it where its second table begins.
    private static (int Bytes, int Trailer) LayoutOf(DurableWrite[] writes)
    {
        using var builder = new BlockBuilder(BlockFormat.SectorSize);
        var block = builder.Build([new(First, writes, () => { }, 0)], new(7, 1, 0, 1, 0, 0, 0));
        Assert.True(BlockFormat.TryReadFrame(block, BlockFormat.HeaderMagic, 7, out var header));
        Assert.True(BlockFormat.FrameSize(header.Count) > BlockFormat.SectorSize);
        return (header.Length, header.TrailerOffset / BlockFormat.SectorSize);
    }

    private static void FlipTables(LogRig rig, long number, int at)
    {
        var path = LogRig.SegmentPath(number);
        Assert.True(BlockFormat.TryReadFrame(
            rig.Disk.ReadAll(path).AsSpan(at), BlockFormat.HeaderMagic, rig.Options.LogId, out var block));
        rig.Disk.Flip(path, at + 20);
        rig.Disk.Flip(path, at + block.TrailerOffset + 20);
    }

    private static void Tear(LogRig rig, DurableWrite write, Func<int, bool> keeps) => Tear(rig, [write], keeps);

    private static void Tear(LogRig rig, DurableWrite[] writes, Func<int, bool> keeps)
    {
        rig.Append(First, writes);
        rig.Disk.CallsUntilCrash = 1;
        Assert.Throws<SimulatedCrashException>(() => rig.Log.RunOnce());
        rig.Disk.Crash(powerCut: true, keeps);
    }
}
