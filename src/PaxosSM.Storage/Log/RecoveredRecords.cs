using PaxosSM.Log;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Storage;

/// <summary>Reads the records of blocks, and keeps them by group.</summary>
internal sealed class RecoveredRecords
{
    private readonly Dictionary<GroupId, List<RecoveredRecord>> _groups = [];
    private readonly HashSet<GroupId> _gone = [];
    private readonly TrimLedger _ledger;
    private readonly RecoveryFindings _findings;

    public RecoveredRecords(TrimLedger ledger, RecoveryFindings findings)
    {
        _ledger = ledger;
        _findings = findings;
    }

    public Dictionary<GroupId, List<RecoveredRecord>> Groups => _groups;

    /// <summary>Whether every payload of the block is intact.</summary>
    public static bool IsIntact(FoundBlock block)
    {
        for (var i = 0; i < block.Header.Count; i++)
        {
            if (!IsIntact(block, BlockFormat.ReadEntry(block.Frame, i)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes the block's records.</summary>
    public void Take(FoundBlock block)
    {
        for (var i = 0; i < block.Header.Count; i++)
        {
            var entry = BlockFormat.ReadEntry(block.Frame, i);
            var write = Read(block, entry);
            if (i + 1 < block.Header.Count && BlockFormat.ReadEntry(block.Frame, i + 1) is { IsCopy: true } copy)
            {
                i++;
                write = ReadWithCopy(block, entry, write, copy);
            }

            _findings.Records++;
            if (write is null)
            {
                _findings.Damaged++;
                var slots = new SlotRange(entry.Key.First, entry.Key.Last);
                _findings.Add(block, $"the {entry.Key.Kind} record of {entry.Group} for {slots} can't be read");
            }

            _ledger.Note(block.Segment, entry.Group, entry.Key, write is not null);
            Keep(entry, write);
        }
    }

    private DurableWrite? ReadWithCopy(FoundBlock block, BlockEntry entry, DurableWrite? write, BlockEntry copy)
    {
        if (write is not null && IsIntact(block, copy))
        {
            return write;
        }

        write ??= Read(block, copy);
        if (write is not null)
        {
            _findings.Repaired++;
            _findings.Add(block, $"one of two copies of a {entry.Key.Kind} record of group {entry.Group} is damaged");
        }

        return write;
    }

    private void Keep(BlockEntry entry, DurableWrite? write)
    {
        if (write is CheckpointWrite last && last.TrimmedTo == TrimLedger.GoneMark.TrimmedTo)
        {
            _gone.Add(entry.Group);
            _groups.Remove(entry.Group);
        }

        if (_gone.Contains(entry.Group))
        {
            return;
        }

        if (!_groups.TryGetValue(entry.Group, out var records))
        {
            _groups[entry.Group] = records = [];
        }

        if (write is CheckpointWrite checkpoint)
        {
            // What a checkpoint lets go need not be held in memory; a trim could have deleted it.
            _ = records.RemoveAll(record => IsLetGo(record.Key, checkpoint));
        }

        records.Add(new(entry.Key, write));
    }

    // How an epoch before began is needed as long as something of it is.
    private static bool IsLetGo(in RecordKey key, CheckpointWrite checkpoint) => key.Kind switch
    {
        RecordKind.Vote or RecordKind.Sync or RecordKind.Learned => key.Last <= checkpoint.TrimmedTo,
        _ => key.Epoch == checkpoint.Epoch || checkpoint.TrimmedTo >= (checkpoint.Begins?.Start.Base ?? Slot.Zero),
    };

    private static DurableWrite? Read(FoundBlock block, in BlockEntry entry) =>
        IsIntact(block, entry)
            ? RecordCodec.Read(
                entry.Key, block.Bytes.Slice(entry.Offset, entry.Length).ToArray(), block.Header.Version)
            : null;

    private static bool IsIntact(FoundBlock block, in BlockEntry entry) =>
        entry.Offset >= 0 && entry.Length >= 0 && entry.Offset <= block.Bytes.Length - entry.Length
        && Crc32C.Of(block.Bytes.Span.Slice(entry.Offset, entry.Length)) == entry.Checksum;
}

/// <summary>What recovery tells people.</summary>
internal sealed class RecoveryFindings
{
    private const int TextsMax = 100;
    private readonly List<string> _texts = [];

    public long Records { get; set; }

    public long Damaged { get; set; }

    public long Repaired { get; set; }

    public long CutBytes { get; set; }

    public void Add(FoundBlock block, string what)
    {
        if (_texts.Count < TextsMax)
        {
            _texts.Add($"{block.Segment.Path}, block {block.Header.Lsn} at offset {block.Offset}: {what}");
        }
    }

    public LogRecoveryReport ToReport() => new(Records, Damaged, Repaired, CutBytes, _texts);
}
