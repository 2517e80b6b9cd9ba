using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using PaxosSM.Log;
using PaxosSM.Storage.Simulated;
using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>Pins the disk formats: a change of one is a new format version with a reader for the old one.</summary>
/// <remarks>PAXOSSM_GOLDEN=write writes the files into the source folder instead of comparing: on purpose
/// only.</remarks>
public sealed class GoldenTests
{
    [Fact]
    public void A_log_with_a_record_of_every_kind_has_the_pinned_bytes()
    {
        var rig = new LogRig();
        rig.Write(First, OfEveryKind());
        rig.Write(Second, Vote(1, 3));
        Check("log.hex", rig.Disk.ReadAll(LogRig.SegmentPath(1)));
    }

    [Fact]
    public void A_segment_that_is_used_again_has_the_pinned_bytes()
    {
        var rig = new LogRig();
        var (_, active, _) = ReusedSegments.Reach(rig, _ => 500);
        Check("log-reused.hex", rig.Disk.ReadAll(LogRig.SegmentPath(active.Number)));
    }

    [Theory]
    [InlineData("log-1.hex")]
    [InlineData("log-2.hex")]
    public void A_log_of_an_older_version_is_read_and_goes_on_in_the_newest(string golden)
    {
        var rig = new LogRig();
        var old = rig.Disk.Open(LogRig.SegmentPath(1));
        old.Write(0, Undump(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", golden))));
        rig.Reopen();

        // What the checkpoint holds need not be told beside it; runs of passed turns came with the second version, and
        // epochs with the third.
        var runs = golden == "log-2.hex";
        var first = OfEveryKind().Where(write => write.Epoch == default
            && write is SyncWrite or LearnedWrite or CheckpointWrite or VoteWrite { Stride: 1 }
            || (runs && write is VoteWrite));
        string[] told = [.. first.Select(write => $"{First} {Text(write)}")];
        Assert.Equal(told, rig.Recovered(First));
        Assert.Equal([$"{Second} {Text(Vote(1, 3))}"], rig.Recovered(Second));

        var before = rig.Disk.ReadAll(LogRig.SegmentPath(1));
        rig.Write(First, Passed(5, 11));
        rig.Reopen();

        // An old reader refuses the new segment: it must not take the old one's end for the log's.
        Assert.Equal(before, rig.Disk.ReadAll(LogRig.SegmentPath(1)));
        Assert.Equal([.. told, $"{First} {Text(Passed(5, 11))}"], rig.Recovered(First));
    }

    [Fact]
    public void A_log_of_a_version_to_come_is_refused()
    {
        var rig = new LogRig();
        rig.Write(First, Vote(1));
        var header = rig.Disk.ReadAll(LogRig.SegmentPath(1)).AsSpan(0, BlockFormat.SegmentHeaderSize).ToArray();
        foreach (var at in (int[])[0, BlockFormat.SegmentHeaderCopyOffset])
        {
            var copy = header.AsSpan(at);
            copy[4] = BlockFormat.Version + 1;
            BinaryPrimitives.WriteUInt32LittleEndian(copy[60..], Crc32C.Of(copy[..60]));
        }

        rig.Disk.Open(LogRig.SegmentPath(1)).Write(0, header);

        var refused = Assert.Throws<LogDamagedException>(rig.Reopen);
        Assert.Contains("another format version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_has_the_pinned_bytes()
    {
        var disk = new InMemoryFileLayer();
        var store = new SnapshotStore(disk, "/snapshots");
        await using var draft = store.Create(new(5), new(1234));
        await draft.Stream.WriteAsync(new byte[] { 1, 2, 3, 4, 5 });
        await draft.CommitAsync(default);
        Check("snapshot.hex", disk.ReadAll("/snapshots/" + SnapshotFile.NameOf(new(5), new(1234))));
    }

    [Fact]
    public async Task A_backup_has_the_pinned_bytes()
    {
        using MemoryStream bytes = new();
        using var writer = await BackupWriter.BeginAsync(bytes, Samples.BackupInfo, CancellationToken.None);
        await writer.WriteAsync(new byte[] { 1, 2, 3, 4, 5 }, CancellationToken.None);
        await writer.CompleteAsync(CancellationToken.None);
        Check("backup.hex", bytes.ToArray());
    }

    [Fact]
    public void An_identity_has_the_pinned_bytes()
    {
        var disk = new InMemoryFileLayer();
        var record = new IdentityRecord(
            new(new("00112233-4455-6677-8899-aabbccddeeff")), "demo", new(0x0102030405060708), new(2), "c",
            new(new("ffeeddcc-bbaa-9988-7766-554433221100")), 3, new(4), 0x1122334455667788, HasLog: true);
        TwinFile.Open(disk, "/data", "identity").Save(record.Encode());
        Check("identity.hex", disk.ReadAll("/data/identity.a"));
        Assert.Equal(disk.ReadAll("/data/identity.a"), disk.ReadAll("/data/identity.b"));
        Assert.Equal(record, IdentityRecord.Decode(TwinFile.Open(disk, "/data", "identity").Payload));
    }

    /// <summary>32 bytes a line, behind their offset; lines of zeros are left out.</summary>
    private static string Dump(byte[] bytes)
    {
        var text = new StringBuilder($"{bytes.Length} bytes\n");
        for (var at = 0; at < bytes.Length; at += 32)
        {
            var line = bytes.AsSpan(at, Math.Min(32, bytes.Length - at));
            if (line.ContainsAnyExcept((byte)0))
            {
                _ = text.Append(CultureInfo.InvariantCulture, $"{at:x6} {Convert.ToHexStringLower(line)}\n");
            }
        }

        return text.ToString();
    }

    private static byte[] Undump(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var bytes = new byte[int.Parse(lines[0].Split(' ')[0], CultureInfo.InvariantCulture)];
        foreach (var line in lines[1..])
        {
            Convert.FromHexString(line[7..]).CopyTo(bytes, Convert.ToInt32(line[..6], 16));
        }

        return bytes;
    }

    private static void Check(
        string name, byte[] bytes, [System.Runtime.CompilerServices.CallerFilePath] string source = "")
    {
        var actual = Dump(bytes);
        if (Environment.GetEnvironmentVariable("PAXOSSM_GOLDEN") == "write")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(source)!, "Golden", name), actual);
            return;
        }

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name)), actual);
    }
}
