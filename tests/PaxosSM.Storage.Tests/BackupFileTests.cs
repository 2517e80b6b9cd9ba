using System.Buffers;
using PaxosSM.Execution;
using PaxosSM.Reconfiguration;
using PaxosSM.Storage.Simulated;

namespace PaxosSM.Storage.Tests;

/// <summary>Backups in files: whole or not at all, and no damage goes unnoticed.</summary>
public sealed class BackupFileTests
{
    private const string Path = "/backups/bank";
    private readonly InMemoryFileLayer _disk = new();

    public BackupFileTests() => _disk.CreateDirectory("/backups");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65536)]
    [InlineData(200_000)]
    public async Task What_is_saved_is_told_and_verified_after_a_power_cut(int length)
    {
        var saved = await SaveAsync(length);
        _disk.Crash(powerCut: true, namesKept: 0);
        var read = await BackupFile.VerifyAsync(Path, _disk);
        Assert.Equal(saved.ToString(), read.ToString());
        Assert.NotEqual(Guid.Empty, read.Id);
        Assert.Equal(length, read.Length);
        Assert.Equal(Samples.BackupInfo.Slot, read.Slot);
        Assert.Equal(Samples.BackupInfo.Fork, read.Fork);
        Assert.Equal(Samples.BackupInfo.Epoch.ToString(), read.Epoch.ToString());
        Assert.Equal(Samples.BackupInfo.Epoch.Configuration.Members, read.Epoch.Configuration.Members);
        Assert.Equal(Samples.BackupInfo.Taken, read.Taken);
        Assert.Equal(["bank"], _disk.List("/backups"));
    }

    [Fact]
    public async Task A_backup_that_is_cut_at_any_byte_is_refused()
    {
        await SaveAsync(70_000);
        var whole = _disk.ReadAll(Path);
        for (var length = 0; length < whole.Length; length += Step(length, whole.Length))
        {
            using MemoryStream cut = new(whole, 0, length);
            var refused = await Assert.ThrowsAsync<InvalidDataException>(() => BackupFile.VerifyAsync(cut));
            Assert.Contains("no intact backup", refused.Message, StringComparison.Ordinal);
        }

        using MemoryStream longer = new([.. whole, 0]);
        await Assert.ThrowsAsync<InvalidDataException>(() => BackupFile.VerifyAsync(longer));
    }

    [Fact]
    public async Task A_backup_with_any_bit_flipped_is_refused()
    {
        await SaveAsync(70_000);
        var whole = _disk.ReadAll(Path);
        for (var at = 0; at < whole.Length; at += Step(at, whole.Length))
        {
            for (var bit = 0; bit < 8; bit++)
            {
                whole[at] ^= (byte)(1 << bit);
                using MemoryStream flipped = new(whole);
                await Assert.ThrowsAsync<InvalidDataException>(() => BackupFile.VerifyAsync(flipped));
                whole[at] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public async Task Pieces_of_two_backups_make_no_backup()
    {
        await SaveAsync(200_000);
        var first = _disk.ReadAll(Path);
        await SaveAsync(200_000, seed: 2);
        var second = _disk.ReadAll(Path);
        for (var at = 1024; at < first.Length; at += 4096)
        {
            using MemoryStream mixed = new([.. first[..at], .. second[at..]]);
            await Assert.ThrowsAsync<InvalidDataException>(() => BackupFile.VerifyAsync(mixed));
        }
    }

    [Fact]
    public async Task A_full_disk_is_told_and_the_backup_that_was_there_stays()
    {
        var before = await SaveAsync(1000);
        _disk.CapacityBytes = _disk.UsedBytes + 10_000;
        await Assert.ThrowsAsync<DiskFullException>(() => SaveAsync(100_000));
        Assert.Equal(["bank"], _disk.List("/backups"));
        Assert.Equal(before.Id, (await BackupFile.VerifyAsync(Path, _disk)).Id);
    }

    [Fact]
    public async Task A_crash_at_any_call_leaves_the_old_backup_or_the_new_one()
    {
        for (var calls = 0; calls < 12; calls++)
        {
            var disk = new InMemoryFileLayer();
            disk.CreateDirectory("/backups");
            var before = await SaveAsync(100, disk: disk);
            disk.CallsUntilCrash = calls;
            BackupInfo? after = null;
            try
            {
                after = await SaveAsync(150_000, disk: disk);
            }
            catch (SimulatedCrashException)
            {
            }

            var cut = calls;
            disk.Crash(powerCut: true, place => place % 3 == cut % 3, calls % 3);
            var found = await BackupFile.VerifyAsync(Path, disk);
            Assert.True(after is null ? found.Id == before.Id || found.Length == 150_000 : found.Id == after.Id);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1030)]
    public async Task An_installed_backup_is_the_same_state_in_the_epoch_that_follows(ulong number)
    {
        GroupId group = new(number);
        var state = StateThroughFirst();
        var before = StateHead.Of(state);
        byte[] machine = [1, 2, 3];
        var saved = await SaveAsync([.. state, .. machine], Samples.BackupInfo with { Slot = new(1) }, _disk);
        EpochStart next = new(new(1), 7, new(before.Epoch.Epoch.Next, before.Epoch.Configuration.Members));
        SnapshotStore store = new(_disk, "/snapshots");
        await Assert.ThrowsAsync<InvalidDataException>(
            () => BackupFile.InstallAsync(Path, Guid.NewGuid(), next, group, store, _disk));
        Assert.Equal(Slot.Zero, store.Latest(group));

        await BackupFile.InstallAsync(Path, saved.Id, next, group, store, _disk);
        var bytes = ReadFirst(store, group);
        Assert.Equal(machine, bytes[^3..]);
        var after = StateHead.Of(bytes.AsSpan(0, bytes.Length - 3));
        Assert.Equal(before with { Epoch = after.Epoch, Group = group }, after);
        Assert.Equal((next.Epoch, next.Digest), (after.Epoch.Epoch, after.Epoch.Digest));
    }

    private static byte[] StateThroughFirst()
    {
        Executor executor = new(
            new(1), Samples.BackupInfo.Epoch.Configuration, new EmptyMachine(), new NoResults());
        executor.Apply(new(1), new(ValueKind.Skip, new(5), ReadOnlyMemory<byte>.Empty));
        ArrayBufferWriter<byte> state = new();
        executor.WriteState(state);
        return state.WrittenSpan.ToArray();
    }

    private static byte[] ReadFirst(SnapshotStore store, GroupId group)
    {
        using MemoryStream installed = new();
        using var stream = store.Open(group, new(1))!;
        stream.CopyTo(installed);
        return installed.ToArray();
    }

    // Every byte of head and end, and some of what lies between.
    private static int Step(int at, int length) => at is < 600 || at > length - 200 ? 1 : 997;

    private Task<BackupInfo> SaveAsync(int length, int seed = 1, InMemoryFileLayer? disk = null)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return SaveAsync(content, Samples.BackupInfo, disk ?? _disk);
    }

    private static Task<BackupInfo> SaveAsync(byte[] content, BackupInfo info, InMemoryFileLayer disk) =>
        BackupFile.SaveAsync(
            Path,
            async (stream, token) =>
            {
                using var writer = await BackupWriter.BeginAsync(stream, info, token);
                await writer.WriteAsync(content.AsMemory(0, content.Length / 2), token);
                await writer.WriteAsync(content.AsMemory(content.Length / 2), token);
                await writer.CompleteAsync(token);
            },
            disk);

    private sealed class NoResults : IResultSink
    {
        public void OnResult(
            SessionId session,
            long sequence,
            PaxosError error,
            long detail,
            Slot slot,
            ReadOnlySpan<byte> result)
        {
        }

        public void OnRoundEnd()
        {
        }
    }

    private sealed class EmptyMachine : IStateMachine
    {
        public void Apply(
            in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
        {
        }

        public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
        {
        }

        public ISnapshotWriter BeginSnapshot() => throw new NotSupportedException();

        public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) => default;
    }
}
