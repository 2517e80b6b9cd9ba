using PaxosSM.Storage.Simulated;

namespace PaxosSM.Storage.Tests;

/// <summary>Segments are made in pieces, no faster than the log needs them, and whole or not at all.</summary>
public sealed class SegmentSupplyTests : IDisposable
{
    private const string Directory = "/data/log";
    private const int Bytes = 4 * 1024 * 1024;
    private readonly InMemoryFileLayer _disk = new();
    private readonly SegmentSupply _supply;

    public SegmentSupplyTests()
    {
        _disk.CreateDirectory(Directory);
        var options = new LogOptions { SegmentBytes = Bytes };
        _supply = new(_disk, Directory, logId: 7, options, next: 3, ready: null);
    }

    public void Dispose() => _supply.Dispose();

    [Fact]
    public void No_more_is_made_than_is_due()
    {
        _supply.Want(0, Bytes, share: 0.5, reached: 77);
        Assert.Equal(SupplyStep.Nothing, Run());
        Assert.InRange(_disk.UsedBytes, Bytes / 2, Bytes / 8 * 5);
        Assert.False(_supply.HasWork);
        Assert.Null(_supply.Take(1));

        _supply.Want(0, Bytes, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Done, Run());
        Assert.False(_supply.HasWork);
        using var made = _supply.Take(1);
        Assert.Equal((3, Bytes), (made!.Number, made.Length));
        Assert.Equal([made.Path], _disk.Paths);
        Assert.Equal(0, _disk.UnflushedSectors(made.Path));
    }

    [Fact]
    public void What_the_log_waits_for_is_made_with_few_flushes()
    {
        _supply.Want(0, Bytes, share: 1, reached: 77);
        _ = Run();
        var soon = _disk.Flushes;
        _supply.Take(1)!.Dispose();
        for (var share = 0.01; share < 1; share += 0.01)
        {
            _supply.Want(0, Bytes, share, reached: 77);
            _ = Run();
        }

        Assert.InRange(_disk.Flushes - soon, soon * 3, long.MaxValue);
    }

    [Fact]
    public void A_block_that_does_not_fit_has_it_made_anew_under_the_same_number()
    {
        _supply.Want(0, Bytes, share: 0.5, reached: 77);
        _ = Run();
        _supply.Want(2 * Bytes, Bytes, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Done, Run());
        using var made = _supply.Take(2 * Bytes);
        Assert.Equal(3, made!.Number);
        Assert.Equal([made.Path], _disk.Paths);
    }

    [Fact]
    public void A_full_disk_leaves_nothing_behind_and_is_tried_again()
    {
        _disk.CapacityBytes = Bytes / 2;
        _supply.Want(0, Bytes, share: 1, reached: 77);
        Assert.Equal(SupplyStep.Nothing, Run());
        Assert.NotNull(_supply.Full);
        Assert.Empty(_disk.Paths);

        _disk.CapacityBytes = long.MaxValue;
        Assert.Equal(SupplyStep.Done, Run());
        Assert.Null(_supply.Full);
    }

    [Fact]
    public void Segments_grow_as_the_log_does()
    {
        List<long> lengths = [];
        for (var present = 1L << 20; lengths.Count < 4; present = lengths[^1])
        {
            _supply.Want(0, present, share: 1, reached: 77);
            Assert.Equal(SupplyStep.Done, Run());
            using var made = _supply.Take(1);
            lengths.Add(made!.Length);
        }

        Assert.Equal([Bytes / 2, Bytes, Bytes, Bytes], lengths);
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
