using PaxosSM.Storage.Simulated;

namespace PaxosSM.Storage.Tests;

public sealed class SnapshotStoreTests
{
    private const string Folder = "/data/snapshots";
    private static readonly GroupId Group = new(1);
    private readonly InMemoryFileLayer _disk = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65536)]
    [InlineData(200_000)]
    public async Task What_is_committed_reads_back_whole_after_a_power_cut(int length)
    {
        var content = Content(length);
        await Write(new(_disk, Folder), 7, content);
        _disk.Crash(powerCut: true, namesKept: 0);
        var store = new SnapshotStore(_disk, Folder);
        Assert.Equal(new Slot(7), store.Latest(Group));
        Assert.Equal(content, Read(store, 7));
        Assert.True(store.Verify(Group, new(7)));
    }

    [Fact]
    public async Task A_crash_at_any_call_leaves_the_old_snapshot_or_the_new_one()
    {
        for (var calls = 0; calls < 12; calls++)
        {
            var disk = new InMemoryFileLayer();
            await Write(new(disk, Folder), 7, Content(100));
            disk.CallsUntilCrash = calls;
            var isCommitted = false;
            try
            {
                await Write(new(disk, Folder), 9, Content(150_000));
                isCommitted = true;
            }
            catch (SimulatedCrashException)
            {
            }

            var cut = calls;
            disk.Crash(powerCut: true, place => place % 3 == cut % 3, calls % 3);
            var store = new SnapshotStore(disk, Folder);
            var latest = store.Latest(Group);
            Assert.True(latest == new Slot(9) || (latest == new Slot(7) && !isCommitted));
            Assert.True(store.Verify(Group, latest));
            Assert.DoesNotContain(disk.Paths, path => path.EndsWith(".tmp", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_file_of_a_snapshot_that_went_is_the_next_ones()
    {
        CountingFileLayer disk = new(_disk);
        SnapshotStore store = new(disk, Folder);
        foreach (var (slot, length) in new[] { (7, 150_000), (9, 1000), (11, 200_000), (13, 10) })
        {
            await Write(store, slot, Content(length));
            store.DeleteBelow(Group, new(slot));
            Assert.Equal(Content(length), Read(store, slot));
        }

        Assert.Equal(2, disk.Created);
        var again = new SnapshotStore(_disk, Folder);
        Assert.Equal(Content(10), Read(again, 13));
        Assert.Equal([$"{Folder}/{SnapshotFile.NameOf(Group, new(13))}"], _disk.Paths);
    }

    [Fact]
    public async Task A_piece_that_is_being_read_is_not_the_next_ones()
    {
        CountingFileLayer disk = new(_disk);
        SnapshotStore store = new(disk, Folder);
        await Write(store, 7, Content(1000));
        await Write(store, 9, Content(10));
        var stored = _disk.ReadAll($"{Folder}/{SnapshotFile.NameOf(Group, new(7))}");
        disk.OnRead = () =>
        {
            disk.OnRead = null;
            store.DeleteBelow(Group, new(9));
            Write(store, 11, new byte[1000]).GetAwaiter().GetResult();
        };

        var piece = new byte[stored.Length];
        Assert.Equal((stored.Length, (long)stored.Length), store.ReadPiece(Group, new(7), 0, piece));
        Assert.Equal(stored, piece);
        Assert.Equal((0, 0L), store.ReadPiece(Group, new(7), 0, piece));
    }

    [Fact]
    public async Task A_snapshot_whose_last_reader_closes_it_just_now_is_gone_already()
    {
        CountingFileLayer disk = new(_disk);
        SnapshotStore store = new(disk, Folder);
        await Write(store, 7, Content(100));
        await Write(store, 9, Content(100));
        var reader = store.Open(Group, new(7))!;
        store.DeleteBelow(Group, new(9));
        disk.OnListed = reader.Dispose;
        store.DeleteBelow(Group, new(9));
        Assert.Equal([$"{Folder}/{SnapshotFile.NameOf(Group, new(9))}"], _disk.Paths);
    }

    [Fact]
    public async Task A_crash_at_any_call_shows_no_snapshot_another_ones_bytes()
    {
        var isOver = false;
        for (var calls = 0; !isOver; calls++)
        {
            InMemoryFileLayer disk = new();
            disk.CallsUntilCrash = calls;
            var committed = 0L;
            try
            {
                SnapshotStore store = new(disk, Folder);
                for (var slot = 7; slot <= 13; slot += 2)
                {
                    await Write(store, slot, [.. Content(150_000).Select(each => (byte)(each + slot))]);
                    committed = slot;
                    store.DeleteBelow(Group, new(slot));
                }

                isOver = true;
            }
            catch (SimulatedCrashException)
            {
            }

            var cut = calls;
            disk.Crash(powerCut: true, place => place % 3 == cut % 3, calls % 3);
            SnapshotStore after = new(disk, Folder);
            Assert.True(after.Latest(Group).Index >= committed);
            for (var slot = 7; slot <= 13; slot += 2)
            {
                if (disk.Paths.Contains($"{Folder}/{SnapshotFile.NameOf(Group, new(slot))}"))
                {
                    Assert.Equal(Content(150_000).Select(each => (byte)(each + slot)), Read(after, slot));
                }
            }
        }
    }

    [Fact]
    public async Task A_flipped_byte_anywhere_is_noticed_by_the_end_of_the_stream()
    {
        var content = Content(3000);
        await Write(new(_disk, Folder), 5, Content(10));
        await Write(new(_disk, Folder), 7, content);
        var path = $"{Folder}/{SnapshotFile.NameOf(Group, new(7))}";
        for (var at = 0; at < _disk.ReadAll(path).Length; at++)
        {
            var disk = _disk.Clone();
            disk.Flip(path, at);
            var store = new SnapshotStore(disk, Folder);
            Assert.Throws<InvalidDataException>(() => Read(store, 7));
            Assert.Equal(new Slot(5), store.Latest(Group));
        }
    }

    [Fact]
    public async Task Pieces_make_the_same_snapshot_elsewhere_and_damaged_ones_none()
    {
        var store = new SnapshotStore(_disk, Folder);
        var content = Content(150_000);
        await Write(store, 7, content);
        var stored = new byte[store.ReadPiece(Group, new(7), 0, []).Length];
        for (var at = 0; at < stored.Length; at += 1000)
        {
            _ = store.ReadPiece(Group, new(7), at, stored.AsSpan(at, Math.Min(1000, stored.Length - at)));
        }

        var other = new SnapshotStore(new InMemoryFileLayer(), Folder);
        await using (var draft = other.CreateFromPieces(Group, new(7)))
        {
            await draft.Stream.WriteAsync(stored);
            await draft.CommitAsync(default);
        }

        Assert.Equal(content, Read(other, 7));
        stored[100_000] ^= 1;
        await using var bad = other.CreateFromPieces(Group, new(7));
        await bad.Stream.WriteAsync(stored);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await bad.CommitAsync(default));
        await using var wrong = other.CreateFromPieces(Group, new(8));
        stored[100_000] ^= 1;
        await wrong.Stream.WriteAsync(stored);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await wrong.CommitAsync(default));
        Assert.Equal((0, 0L), other.ReadPiece(Group, new(8), 0, new byte[10]));
    }

    [Fact]
    public async Task Who_reads_a_snapshot_goes_on_reading_when_it_is_deleted()
    {
        var folder = Directory.CreateTempSubdirectory("paxos-snapshots");
        var store = new SnapshotStore(DiskFileLayer.Instance, folder.FullName);
        await Write(store, 7, Content(100_000));
        await Write(store, 9, Content(10));
        using (var stream = store.Open(Group, new(7))!)
        {
            store.DeleteBelow(Group, new(9));
            Assert.Null(store.Open(Group, new(7)));
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            Assert.Equal(Content(100_000), copy.ToArray());
        }

        Assert.Equal(new Slot(9), store.Latest(Group));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Pieces_of_a_deleted_snapshot_are_there_until_its_last_reader_closes_it()
    {
        var store = new SnapshotStore(_disk, Folder);
        await Write(store, 7, Content(100));
        await Write(store, 9, Content(10));
        var path = $"{Folder}/{SnapshotFile.NameOf(Group, new(7))}";
        var first = store.Open(Group, new(7))!;
        var second = store.Open(Group, new(7))!;
        store.DeleteBelow(Group, new(9));
        Assert.Null(store.Open(Group, new(7)));
        Assert.Equal(10, store.ReadPiece(Group, new(7), 64, new byte[10]).Read);
        await first.DisposeAsync();
        await first.DisposeAsync();
        Assert.Equal(10, store.ReadPiece(Group, new(7), 64, new byte[10]).Read);
        await second.DisposeAsync();
        Assert.Equal((0, 0L), store.ReadPiece(Group, new(7), 0, new byte[10]));
        Assert.DoesNotContain(path, _disk.Paths);
    }

    [Fact]
    public async Task A_snapshot_set_aside_is_kept_and_never_served()
    {
        var store = new SnapshotStore(_disk, Folder);
        await Write(store, 5, Content(10));
        await Write(store, 7, Content(100));
        store.SetAside(Group, new(7));
        store.SetAside(Group, new(8));
        Assert.Equal(new Slot(5), store.Latest(Group));
        Assert.Null(store.Open(Group, new(7)));
        Assert.Equal((0, 0L), store.ReadPiece(Group, new(7), 0, new byte[10]));
        var again = new SnapshotStore(_disk, Folder);
        Assert.Equal(new Slot(5), again.Latest(Group));
        again.DeleteBelow(Group, new(100));
        Assert.Equal(
            [$"{Folder}/{SnapshotFile.NameOf(Group, new(7))}.damaged"],
            _disk.Paths.Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_full_disk_refuses_and_a_later_attempt_succeeds_but_a_failed_flush_ends_it()
    {
        var store = new SnapshotStore(_disk, Folder);
        _disk.CapacityBytes = 1000;
        await Assert.ThrowsAsync<DiskFullException>(() => Write(store, 7, Content(5000)));
        Assert.Empty(_disk.Paths);
        _disk.CapacityBytes = long.MaxValue;
        await Write(store, 7, Content(5000));
        _disk.FlushesUntilFailure = 0;
        await Assert.ThrowsAsync<IOException>(() => Write(store, 8, Content(10)));
        await Assert.ThrowsAsync<IOException>(() => Write(store, 9, Content(10)));
        Assert.NotNull(store.Failure);
        Assert.Equal(new Slot(7), store.Latest(Group));
    }

    private static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];

    private static async Task Write(SnapshotStore store, long slot, byte[] content)
    {
        await using var draft = store.Create(Group, new(slot));
        for (var at = 0; at < content.Length; at += 999)
        {
            await draft.Stream.WriteAsync(content.AsMemory(at, Math.Min(999, content.Length - at)));
        }

        await draft.CommitAsync(default);
    }

    private static byte[] Read(SnapshotStore store, long slot)
    {
        using var stream = store.Open(Group, new(slot))!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
