using System.Text;
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
                _ = text.Append(System.Globalization.CultureInfo.InvariantCulture,
                    $"{at:x6} {Convert.ToHexStringLower(line)}\n");
            }
        }

        return text.ToString();
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
