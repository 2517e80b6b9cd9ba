using PaxosSM.Log;
using PaxosSM.Storage;
using PaxosSM.Storage.Simulated;

namespace PaxosSM.Simulation.Tests.Generators;

/// <summary>A write-ahead log of one group and a list that says what it must hold.</summary>
internal sealed class TwinnedLog
{
    public const string Folder = "/data/log";
    private static readonly GroupId Group = new(1);
    private static readonly LogOptions Options = new()
    {
        SegmentBytes = 16 * 1024,
        FirstSegmentBytes = 16 * 1024,
        BlockBytes = 4096,
        LogId = 0x1122_3344_5566_7788,
    };

    private readonly List<RecoveredRecord> _appended = [];
    private WriteAheadLog _log;
    private int _acknowledged;

    public TwinnedLog() => _log = WriteAheadLog.Open(Disk, Folder, Options);

    public static string FirstSegment { get; } = FindFirstSegment();

    public InMemoryFileLayer Disk { get; } = new();

    public static bool AreEqual(RecoveredRecord one, RecoveredRecord other) =>
        one.Key == other.Key && one.Write is VoteWrite vote && other.Write is VoteWrite twin
            && vote.Value.IsIntact && twin.Value.IsIntact && vote.Value.Checksum == twin.Value.Checksum
            && vote.Value.Payload.Span.SequenceEqual(twin.Value.Payload.Span);

    /// <summary>Appends, writes, crashes, or lets a crash wait for a call.</summary>
    public void Do(byte what, ushort how)
    {
        try
        {
            switch (what % 8)
            {
                case < 4:
                    Append(how % 1500);
                    break;
                case 4 or 5:
                    _ = _log.RunOnce();
                    break;
                case 6:
                    Disk.CallsUntilCrash = how % 30;
                    break;
                default:
                    Crash(powerCut: how % 2 == 1, keeps: how / 2);
                    break;
            }
        }
        catch (SimulatedCrashException)
        {
            Crash(powerCut: how % 2 == 1, keeps: how / 2);
        }
    }

    /// <summary>Ends the process and opens the log again; checks what came back.</summary>
    /// <param name="powerCut">Whether the page cache is lost.</param>
    /// <param name="keeps">Which unflushed sectors reached the disk, a bit each.</param>
    public void Crash(bool powerCut, int keeps)
    {
        if (!powerCut)
        {
            WriteOut();
        }

        Disk.Crash(powerCut, place => ((keeps >> (place % 15)) & 1) == 1);
        _log = WriteAheadLog.Open(Disk, Folder, Options);
        var recovered = _log.TakeRecovered(Group);
        Assert.InRange(recovered.Count, _acknowledged, _appended.Count);
        for (var index = 0; index < recovered.Count; index++)
        {
            // R24: a tear that can't be told from damage is damage; what was acknowledged is no tear.
            var (back, written) = (recovered[index], _appended[index]);
            var isDamage = back.Write is null && back.Key == written.Key;
            Assert.True(AreEqual(back, written) || (isDamage && (index >= _acknowledged || written.Write is null)));
        }

        // What came back counts from here on; what did not, was never there.
        _appended.Clear();
        _appended.AddRange(recovered);
        _acknowledged = recovered.Count;
    }

    /// <summary>What a disk's log holds.</summary>
    public static IReadOnlyList<RecoveredRecord> Recover(InMemoryFileLayer disk) =>
        WriteAheadLog.Open(disk, Folder, Options with { MustExist = true }).TakeRecovered(Group);

    private void WriteOut()
    {
        try
        {
            while (_log.RunOnce())
            {
            }
        }
        catch (SimulatedCrashException)
        {
            // It came before everything was out.
        }
    }

    private void Append(int length)
    {
        var slot = new Slot(_appended.Count + 1);
        var value = new Value(
            ValueKind.Commands, new(length), Enumerable.Range(0, length).Select(at => (byte)(at + length)).ToArray());
        var vote = new VoteWrite(new(3, new(1), 7), new(0), slot, value, slot.Previous, slot.Previous);
        _appended.Add(new(RecordKey.Of(vote), vote));
        var count = _appended.Count;
        _log.Append(Group, [vote], () => _acknowledged = count);
    }

    private static string FindFirstSegment()
    {
        var disk = new InMemoryFileLayer();
        _ = WriteAheadLog.Open(disk, Folder, Options);
        return disk.Paths[0];
    }
}
