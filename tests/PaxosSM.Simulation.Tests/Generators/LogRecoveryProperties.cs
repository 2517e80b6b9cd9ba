using FsCheck.Xunit;
using PaxosSM.Log;
using PaxosSM.Storage;
using PaxosSM.Storage.Simulated;
using PaxosSM.Testing.Generators;

namespace PaxosSM.Simulation.Tests.Generators;

/// <summary>The write-ahead log against a list: whatever is appended, whenever it crashes, whatever the disk does
/// (R24).</summary>
[Properties(Arbitrary = [typeof(PaxosArbitraries)], MaxTest = 150)]
public sealed class LogRecoveryProperties
{
    [Property]
    public void What_was_acknowledged_comes_back_in_order_and_nothing_is_invented((byte What, ushort How)[] steps)
    {
        var log = new TwinnedLog();
        foreach (var (what, how) in steps)
        {
            log.Do(what, how);
        }

        log.Crash(powerCut: true, keeps: 0);
    }

    [Property]
    public void A_flipped_bit_is_harmless_or_told_of((byte What, ushort How)[] steps, ushort place, byte bit)
    {
        var log = Written(steps);
        var whole = TwinnedLog.Recover(log.Disk.Clone());
        var disk = Corrupt(log, new FlippedBit(place, bit % 8));
        var recovered = TwinnedLog.Recover(disk);
        Assert.Equal(whole.Select(record => record.Key), recovered.Select(record => record.Key));
        Assert.All(whole.Zip(recovered), pair =>
            Assert.True(pair.Second.Write is null || TwinnedLog.AreEqual(pair.First, pair.Second)));
    }

    [Property]
    public void Whatever_the_disk_does_no_other_record_comes_back(
        (byte What, ushort How)[] steps, Corruption corruption)
    {
        var log = Written(steps);
        var whole = new Queue<RecoveredRecord>(TwinnedLog.Recover(log.Disk.Clone()));
        var disk = Corrupt(log, corruption);
        try
        {
            foreach (var record in TwinnedLog.Recover(disk).Where(record => record.Write is not null))
            {
                while (whole.TryPeek(out var next) && !TwinnedLog.AreEqual(next, record))
                {
                    whole.Dequeue();
                }

                Assert.True(whole.TryDequeue(out _), $"{record.Key} was never written there");
            }
        }
        catch (LogDamagedException)
        {
            // Told of: a node does not start on such a log.
        }
    }

    private static TwinnedLog Written((byte What, ushort How)[] steps)
    {
        var log = new TwinnedLog();
        foreach (var (what, how) in steps)
        {
            log.Do(what, how);
        }

        log.Crash(powerCut: false, keeps: 0);
        return log;
    }

    private static InMemoryFileLayer Corrupt(TwinnedLog log, Corruption corruption)
    {
        var disk = new InMemoryFileLayer();
        foreach (var path in log.Disk.Paths)
        {
            var bytes = log.Disk.ReadAll(path);
            using var file = disk.Create(path);
            file.Write(0, path == TwinnedLog.FirstSegment ? corruption.Apply(bytes) : bytes);
            file.Flush();
        }

        disk.FlushDirectory(TwinnedLog.Folder);
        return disk;
    }
}
