using System.Buffers.Binary;
using System.Security.Cryptography;
using PaxosSM.Log;

namespace PaxosSM.Storage;

/// <summary>Opens a log: reads what is there, cuts a torn tail, rewrites what may never have reached the
/// disk.</summary>
internal sealed class LogRecovery
{
    private readonly IFileLayer _files;
    private readonly string _directory;
    private readonly LogOptions _options;
    private readonly List<Segment> _segments = [];
    private readonly SegmentRests _rests = new();
    private readonly RecoveryFindings _findings = new();
    private readonly TrimLedger _ledger = new([]);
    private readonly RecoveredRecords _records;
    private byte[] _bytes = [];
    private FoundBlock? _last;
    private BlockHeader _accepted = new() { Floor = 1 };
    private ulong _logId;
    private long _flushedThrough;

    private LogRecovery(IFileLayer files, string directory, LogOptions options)
    {
        _files = files;
        _directory = directory;
        _options = options;
        _logId = options.LogId;
        _records = new(_ledger, _findings);
    }

    public static RecoveredLog Run(IFileLayer files, string directory, LogOptions options)
    {
        var recovery = new LogRecovery(files, directory, options);
        try
        {
            return recovery.Read();
        }
        catch
        {
            recovery._segments.ForEach(segment => segment.Dispose());
            throw;
        }
    }

    private RecoveredLog Read()
    {
        _files.CreateDirectory(_directory);
        var numbers = ListSegments();
        if (numbers.Count == 0)
        {
            return Begin();
        }

        foreach (var number in numbers)
        {
            _segments.Add(OpenSegment(number));
        }

        long expected = numbers[0] == 1 ? 1 : 0;
        foreach (var segment in _segments)
        {
            expected = Scan(segment, expected);
        }

        _bytes = [];
        return Resume(Settle());
    }

    private List<long> ListSegments()
    {
        var numbers = new List<long>();
        foreach (var name in _files.List(_directory))
        {
            if (name.EndsWith(SegmentSupply.TemporaryExtension, StringComparison.Ordinal))
            {
                _files.Delete(Path.Combine(_directory, name));
            }
            else if (Segment.NumberOf(name) is > 0 and var number)
            {
                numbers.Add(number);
            }
        }

        for (var i = 1; i < numbers.Count; i++)
        {
            if (numbers[i] != numbers[i - 1] + 1)
            {
                var missing = Path.Combine(_directory, Segment.NameOf(numbers[i - 1] + 1));
                throw new LogDamagedException(missing, 0, "the segment is missing");
            }
        }

        return numbers;
    }

    private RecoveredLog Begin()
    {
        if (_options.MustExist)
        {
            throw new LogDamagedException(_directory, 0, "no segment is left of a log that was here before");
        }

        if (_logId == 0)
        {
            Span<byte> random = stackalloc byte[sizeof(ulong)];
            RandomNumberGenerator.Fill(random);
            _logId = BinaryPrimitives.ReadUInt64LittleEndian(random) | 1;
        }

        if (Path.GetDirectoryName(_directory) is { Length: > 0 } parent)
        {
            _files.FlushDirectory(parent);
        }

        var first = SegmentSupply.Create(_files, _directory, _logId, 1, _options.FirstSegmentBytes);
        _ledger.Add(first);
        return Recovered(first, BlockFormat.SegmentHeaderSize, ready: null);
    }

    private Segment OpenSegment(long number)
    {
        var path = Path.Combine(_directory, Segment.NameOf(number));
        var file = _files.Open(path);
        var header = new byte[BlockFormat.SegmentHeaderSize];
        _ = SegmentReader.Read(file, header);
        string? wrong = null;
        if (!BlockFormat.TryReadSegmentHeader(header, out var said))
        {
            wrong = "both copies of the segment's header are damaged, or of another format version";
        }
        else if (said.Number != number || (_logId != 0 && said.LogId != _logId))
        {
            wrong = $"this is segment {said.Number} of log {said.LogId:x16}, not segment {number} of log {_logId:x16}";
        }
        else if (file.Length < said.Length || said.Length > Array.MaxLength || said.Length < LogOptions.SegmentBytesMin)
        {
            wrong = $"the file has {file.Length} bytes instead of {said.Length}";
        }

        if (wrong is not null)
        {
            file.Dispose();
            throw new LogDamagedException(path, 0, wrong);
        }

        _logId = said.LogId;

        // The header of a segment that is used again was written when the blocks before were durable.
        _flushedThrough = Math.Max(_flushedThrough, said.LsnMin - 1);
        return new(number, path, file, said.Length) { Version = said.Version, LsnMin = said.LsnMin };
    }

    /// <summary>Goes through a segment's blocks.</summary>
    /// <returns>The number of the block that is expected next.</returns>
    private long Scan(Segment segment, long expected)
    {
        if (expected != 0 && segment.LsnMin > expected)
        {
            throw new LogDamagedException(
                segment.Path, 0, $"block {segment.LsnMin - 1} was durable, and the log ends before block {expected}");
        }

        if (_bytes.Length < segment.Length)
        {
            _bytes = GC.AllocateUninitializedArray<byte>((int)segment.Length);
        }

        var bytes = _bytes.AsMemory(0, (int)segment.Length);
        var isRead = SegmentReader.Read(segment.File, bytes.Span) == 0;
        var at = BlockFormat.SegmentHeaderSize;
        while (at <= segment.Length - BlockFormat.BlockBytesMin
            && BlockScanner.Find(segment, bytes, at, _logId, expected) is { } block)
        {
            // A block behind it proves that its flush completed: what is wrong with it is damage.
            Accept(_last);
            _last = block;
            at += block.Header.Length;
            expected = block.Header.Lsn + 1;
        }

        if (_last?.Segment == segment)
        {
            _last = _last with { Bytes = _last.Bytes.ToArray() };
        }

        _rests.Note(segment, bytes.Span, at, _logId, isRead);
        return expected;
    }

    private void Accept(FoundBlock? block)
    {
        if (block is null)
        {
            return;
        }

        if (!block.HeaderIsIntact || !block.TrailerIsIntact)
        {
            // Either table alone is one fault away from the end of this identity.
            _findings.Repaired++;
            var which = block.HeaderIsIntact ? "second" : "first";
            _findings.Add(block, $"its {which} table is damaged; the other one serves");
            var frame = block.Frame[..BlockFormat.FrameSize(block.Header.Count)].ToArray();
            var magic = block.HeaderIsIntact ? BlockFormat.TrailerMagic : BlockFormat.HeaderMagic;
            BlockFormat.SealFrame(frame, magic, block.Header);
            block.Segment.File.Write(block.Offset + (block.HeaderIsIntact ? block.Header.TrailerOffset : 0), frame);
            block.Segment.File.Flush();
        }

        _records.Take(block);
        _accepted = block.Header;
    }

    /// <summary>Decides on the last block: nothing behind it tells whether its flush completed.</summary>
    /// <returns>Where the log goes on.</returns>
    private (Segment Active, int End) Settle()
    {
        var last = _last;
        if (last is null)
        {
            return (_segments[0], BlockFormat.SegmentHeaderSize);
        }

        if (last.TrailerIsIntact || last.Header.Lsn <= _flushedThrough || RecoveredRecords.IsIntact(last))
        {
            Rewrite(last);
            Accept(last);
            return (last.Segment, last.Offset + last.Header.Length);
        }

        // R24: a tear. No trailer, no block behind it, no later segment's header that tells of it: nothing shows that
        // its flush completed, so it was never acknowledged.
        _findings.Add(last, "it is torn, and cut");
        _rests.Cut(last);
        return (last.Segment, last.Offset);
    }

    private static void Rewrite(FoundBlock last)
    {
        // R1: a flush that failed, then a crash, and the page cache shows what the disk never got.
        last.Segment.File.Write(last.Offset, last.Bytes.Span);
        last.Segment.File.Flush();
    }

    private RecoveredLog Resume((Segment Active, int End) place)
    {
        var (active, end) = place;
        var floor = _accepted.Floor;
        if (_segments[0].Number > floor)
        {
            throw new LogDamagedException(Path.Combine(_directory, Segment.NameOf(floor)), 0, "the segment is missing");
        }

        // R1: that a segment has its name may be known to the page cache only.
        _files.FlushDirectory(_directory);
        foreach (var segment in _segments)
        {
            if (segment.Number >= active.Number)
            {
                _findings.CutBytes += _rests.Clear(segment);
            }
        }

        // From the ends inwards: a crash in between leaves no hole.
        for (var i = _segments.Count - 1; IsSuperfluous(_segments[i], active); i--)
        {
            Delete(_segments[i]);
        }

        Segment? ready = null;
        foreach (var segment in _segments)
        {
            if (segment.Number < floor)
            {
                Delete(segment);
            }
            else if (segment.Number <= active.Number)
            {
                _ledger.Add(segment);
            }
            else if (!IsSuperfluous(segment, active))
            {
                ready = segment;
            }
        }

        // No block of the newest version goes into a segment of an older one: whoever reads that one only must not take
        // it for the log's end.
        return Recovered(active, active.Version == BlockFormat.Version ? end : active.Length, ready);
    }

    // Behind the log's end one segment may stand ready, in the newest version.
    private static bool IsSuperfluous(Segment segment, Segment active) =>
        segment.Number > active.Number + 1
        || (segment.Number > active.Number && segment.Version != BlockFormat.Version);

    private void Delete(Segment segment)
    {
        segment.Dispose();
        _files.Delete(segment.Path);
        _files.FlushDirectory(_directory);
    }

    private RecoveredLog Recovered(Segment active, long end, Segment? ready)
    {
        var next = (ready ?? active).Number + 1;
        var supply = new SegmentSupply(_files, _directory, _logId, _options, next, ready);
        var writer = new LogWriter(_ledger, supply, active, end, _accepted.Lsn, _accepted.Floor);
        return new(_logId, _records.Groups, _findings.ToReport(), supply, writer);
    }
}

/// <summary>A log read back.</summary>
/// <param name="LogId">Its number.</param>
/// <param name="Records">The records, by group.</param>
/// <param name="Report">What was found.</param>
/// <param name="Supply">The segments to come.</param>
/// <param name="Writer">Where the log goes on.</param>
internal sealed record RecoveredLog(
    ulong LogId,
    Dictionary<GroupId, List<RecoveredRecord>> Records,
    LogRecoveryReport Report,
    SegmentSupply Supply,
    LogWriter Writer);
