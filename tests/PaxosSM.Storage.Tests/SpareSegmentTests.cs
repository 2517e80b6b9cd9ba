using PaxosSM.Storage.Simulated;
using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>Segments that were let go are used again, and never at the cost of the log.</summary>
public sealed class SpareSegmentTests : IDisposable
{
    private const string Directory = "/data/log";
    private const int Bytes = 1024 * 1024;
    private readonly InMemoryFileLayer _disk = new();
    private readonly SegmentSupply _supply;

    public SpareSegmentTests()
    {
        _disk.CreateDirectory(Directory);
        var options = new LogOptions { SegmentBytes = Bytes, SpareSegments = 2 };
        _supply = new(_disk, Directory, logId: 7, options, next: 9, ready: null);
    }

    public void Dispose() => _supply.Dispose();

    [Fact]
    public void A_log_that_goes_on_makes_no_files_and_writes_no_zeros()
    {
        CountingFileLayer? counts = null;
        var rig = new LogRig(through: disk => counts = new(disk));
        for (var round = 0; round < 20; round++)
        {
            if (round == 4)
            {
                counts!.Created = 0;
                counts.ZerosWritten = 0;
            }

            for (var slot = (round * 30) + 1; slot <= (round + 1) * 30; slot++)
            {
                rig.Write(First, Vote(slot));
            }

            rig.Write(First, Checkpoint((round + 1) * 30));
        }

        Assert.Equal(0, counts!.Created);
        Assert.Equal(0, counts.ZerosWritten);
        Assert.True(rig.Segments().Min(header => header.Number) > 40);
        rig.Disk.Crash(powerCut: true);
        rig.Reopen();
        Assert.Equal([$"{First} {Text(Checkpoint(600))}"], rig.Recovered(First));
        Assert.Equal(0, rig.Log.Report.CutBytes);
    }

    [Fact]
    public void Spares_are_kept_up_to_their_number_and_only_whole_ones_of_the_newest_format()
    {
        Discard(Make(1, Bytes / 2), Make(2, Bytes), Make(3, Bytes, version: 2), Make(4, Bytes), Make(5, Bytes));
        Assert.Equal([Aside(2), Aside(4)], _disk.Paths);
    }

    [Fact]
    public void With_no_spares_to_be_kept_dead_segments_are_deleted()
    {
        var rig = new LogRig(options: new()
        {
            SegmentBytes = 16 * 1024,
            FirstSegmentBytes = 16 * 1024,
            SpareSegments = 0,
        });
        for (var slot = 1; slot <= 60; slot++)
        {
            rig.Write(First, Vote(slot));
        }

        rig.Write(First, Checkpoint(60));
        Assert.DoesNotContain(rig.Disk.Paths, path => path.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.True(rig.Segments()[0].Number > 1);
    }

    [Fact]
    public void A_spare_becomes_the_next_segment_at_once_and_says_what_it_holds()
    {
        Discard(Make(1, Bytes), Make(2, Bytes));
        _supply.Want(0, Bytes, share: 0.01, reached: 77);
        Assert.Equal(SupplyStep.Done, _supply.Step());
        using var used = _supply.Take(1);
        Assert.Equal((9, Bytes, 78), (used!.Number, used.Length, used.LsnMin));
        Assert.True(BlockFormat.TryReadSegmentHeader(_disk.ReadAll(used.Path), out var header));
        Assert.Equal(new(BlockFormat.Version, 7, 9, Bytes, 78), header);
        Assert.Equal([Aside(1), used.Path], _disk.Paths);
        Assert.Equal(0, _disk.UnflushedSectors(used.Path));
    }

    [Fact]
    public void A_segment_under_way_is_made_to_its_end()
    {
        _supply.Want(0, Bytes, share: 0.5, reached: 77);
        _ = Run();
        Discard(Make(1, Bytes));
        _supply.Want(0, Bytes, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Done, Run());
        using var made = _supply.Take(1);
        Assert.Equal((9, 0), (made!.Number, made.LsnMin));
        Assert.Equal([Aside(1), made.Path], _disk.Paths);
    }

    [Fact]
    public void A_full_disk_takes_a_spare_for_the_segment_under_way()
    {
        _supply.Want(0, Bytes, share: 0.5, reached: 77);
        _ = Run();
        Discard(Make(1, Bytes));
        _disk.CapacityBytes = _disk.UsedBytes;
        _supply.Want(0, Bytes, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Done, Run());
        Assert.Null(_supply.Full);
        using var used = _supply.Take(1);
        Assert.Equal((9, 78), (used!.Number, used.LsnMin));
        Assert.Equal([used.Path], _disk.Paths);
    }

    [Fact]
    public void Spares_give_way_to_a_larger_segment_before_the_disk_counts_as_full()
    {
        Discard(Make(1, Bytes), Make(2, Bytes));
        _disk.CapacityBytes = Bytes * 5 / 2;
        _supply.Want(Bytes * 9 / 4, Bytes, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Done, Run());
        Assert.Null(_supply.Full);
        using var made = _supply.Take(Bytes * 9 / 4);
        Assert.Equal([made!.Path], _disk.Paths);
    }

    [Fact]
    public void A_disk_too_small_without_spares_is_full()
    {
        Discard(Make(1, Bytes), Make(2, Bytes));
        _disk.CapacityBytes = Bytes * 2;
        _supply.Want(Bytes * 9 / 4, Bytes, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Nothing, Run());
        Assert.NotNull(_supply.Full);
        Assert.Empty(_disk.Paths);
    }

    [Fact]
    public void A_spare_that_cannot_be_written_in_place_gives_its_room()
    {
        Discard(Make(1, Bytes), Make(2, Bytes));
        _disk.CapacityBytes = Bytes;
        _supply.Want(0, Bytes, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Done, Run());
        using var used = _supply.Take(1);
        Assert.Equal([used!.Path], _disk.Paths);
    }

    [Fact]
    public void A_block_that_finds_no_room_gets_that_of_a_spare()
    {
        var rig = new LogRig();
        var (slot, _, _) = ReusedSegments.Reach(rig, _ => 40);
        var spares = rig.Disk.Paths.Count(path => path.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.True(spares > 0);
        rig.Disk.CapacityBytes = rig.Disk.UsedBytes - (15 * 1024);
        rig.Write(First, Vote(slot + 1));
        Assert.Equal(rig.Appended, rig.Acknowledged);
        Assert.Equal(spares - 1, rig.Disk.Paths.Count(path => path.EndsWith(".tmp", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_ready_segment_that_is_too_small_is_replaced_by_a_spare()
    {
        _supply.Want(0, Bytes / 4, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Done, Run());
        Discard(Make(1, Bytes));
        _supply.Want(Bytes * 3 / 4, Bytes / 4, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Done, Run());
        using var used = _supply.Take(Bytes * 3 / 4);
        Assert.Equal((9, Bytes, 78), (used!.Number, used.Length, used.LsnMin));
        Assert.Equal([used.Path], _disk.Paths);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(LogOptions.SpareSegmentsMax + 1)]
    public void The_number_of_spares_is_bounded(int count)
    {
        var options = new LogOptions { SpareSegments = count };
        var exception = Assert.Throws<ArgumentException>(options.Validate);
        Assert.Contains("SpareSegments", exception.Message, StringComparison.Ordinal);
    }

    private static string Aside(long number) => $"{Directory}/{Segment.NameOf(number)}.tmp";

    private Segment Make(long number, int length, ushort version = BlockFormat.Version)
    {
        var path = $"{Directory}/{Segment.NameOf(number)}";
        var file = _disk.Create(path);
        file.Write(0, new byte[length]);
        file.Flush();
        return new(number, path, file, length) { Version = version };
    }

    private void Discard(params Segment[] dead)
    {
        _supply.Discard(dead, reached: 77);
        for (var steps = dead.Length; steps > 0; steps--)
        {
            Assert.NotEqual(SupplyStep.Nothing, _supply.Step());
        }
    }

    // Until a segment is made, or there is nothing to do.
    private SupplyStep Run()
    {
        SupplyStep step;
        do
        {
            step = _supply.Step();
        }
        while (step == SupplyStep.Begun);
        return step;
    }
}
