using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PaxosSM.Execution;

/// <summary>The executor's state as records in a machine's own store (R27).</summary>
/// <remarks>
/// Each value ends in the CRC-32C (4) of key and value. The head, little-endian: version (4), length of the owner's
/// name (4), the name; version (4) and bytes of a <see cref="StateHead"/>; the session table's limits (4 each);
/// sessions ever opened (8), and how many sessions, results and timers there are (8 each), so that a record that is
/// missing is missed.
/// </remarks>
internal sealed class StateRecords(IStoredStateMachine machine)
{
    private const int Version = 1;
    private readonly StateJournal _journal = new();
    private bool _replacesAll;

    /// <summary>Whether a snapshot may replace the store.</summary>
    public bool CanRestore => machine.CanRestore;

    /// <summary>Has the tables' changes noted from now on.</summary>
    public void Watch(SessionTable sessions, TimerTable timers)
    {
        sessions.Keep(_journal);
        timers.Keep(_journal);
    }

    /// <summary>The tables are others now: the next unit holds all of them.</summary>
    public void Replace(SessionTable sessions, TimerTable timers)
    {
        _journal.Clear();
        _replacesAll = true;
        sessions.NoteAll(_journal);
        timers.NoteAll(_journal);
        Watch(sessions, timers);
    }

    /// <summary>Ends the machine's unit, with what changed since the last one.</summary>
    public void Commit(StateHead head, string owner, SessionTable sessions, TimerTable timers)
    {
        List<StoreRecord> records = new(_journal.Changed.Count + 1);
        var body = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(body);
        WriteHead(head, owner, sessions, timers, ref writer);
        records.Add(Seal(new(StateRecordKind.Head), body));
        foreach (var key in _journal.Changed)
        {
            body.ResetWrittenCount();
            var present = key.Kind == StateRecordKind.Timer
                ? timers.TryWrite(in key, ref writer)
                : sessions.TryWrite(in key, ref writer);
            records.Add(present ? Seal(key, body) : new(key.ToBytes(), default, IsDeleted: true));
        }

        StoreUnit unit = new(head.Applied, _replacesAll, records);
        _journal.Clear();
        _replacesAll = false;
        machine.Commit(in unit);
    }

    /// <summary>Reads what units left, and has changes noted from now on; null for nothing.</summary>
    /// <exception cref="FormatException">It is damaged, another's, or was made under other limits.</exception>
    public HeldState? Read(GroupId group, string owner, SessionLimits limits)
    {
        if (machine.ReadRecords() is not { Count: > 0 } records)
        {
            return null;
        }

        var (held, written) = Read(records, limits);
        StateReader.Require(held.Head.Group == group, $"it is of group {held.Head.Group}, not {group}");
        StateReader.Require(written == owner, $"it belongs to {written}, and this is {owner}");
        Watch(held.Sessions, held.Timers);
        return held;
    }

    private static (HeldState Held, string Owner) Read(IReadOnlyList<StoreRecord> records, SessionLimits limits)
    {
        SortedDictionary<StateKey, ReadOnlyMemory<byte>> sorted = [];
        foreach (var record in records)
        {
            var (key, value) = Open(record);
            StateReader.Require(sorted.TryAdd(key, value), "a record is there twice");
        }

        StateReader.Require(sorted.ContainsKey(new(StateRecordKind.Head)), "the first record is missing");
        SessionTable sessions = new(limits);
        TimerTable timers = new();
        StateHead? head = null;
        var owner = string.Empty;
        foreach (var (key, value) in sorted)
        {
            var reader = new StateReader(value.Span);
            switch (key.Kind)
            {
                case StateRecordKind.Head:
                    (head, owner) = ReadHead(sessions, limits, sorted, ref reader);
                    break;
                case StateRecordKind.Session:
                    sessions.ReadSession(in key, ref reader);
                    break;
                case StateRecordKind.Result:
                    sessions.ReadResult(in key, value.Span);
                    break;
                default:
                    timers.ReadTimer(in key, ref reader);
                    break;
            }
        }

        return (new(head!, sessions, timers), owner); // its record is there
    }

    private static void WriteHead(
        StateHead head, string owner, SessionTable sessions, TimerTable timers, ref StateWriter writer)
    {
        var name = Encoding.UTF8.GetBytes(owner);
        writer.WriteInt32(Version);
        writer.WriteInt32(name.Length);
        writer.WriteBytes(name);
        writer.WriteInt32(Executor.StateVersion);
        head.Write(ref writer);
        sessions.Limits.Write(ref writer);
        writer.WriteInt64(sessions.Opened);
        writer.WriteInt64(sessions.Count);
        writer.WriteInt64(sessions.ResultCount);
        writer.WriteInt64(timers.Count);
    }

    private static (StateHead Head, string Owner) ReadHead(
        SessionTable sessions,
        SessionLimits limits,
        SortedDictionary<StateKey, ReadOnlyMemory<byte>> records,
        ref StateReader reader)
    {
        var version = reader.ReadInt32();
        StateReader.Require(version == Version, $"its version is {version}, this program's {Version}");
        var owner = Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32()));
        var head = StateHead.Read(ref reader, reader.ReadInt32(), null);
        limits.RequireWritten(ref reader);
        sessions.ReadOpened(reader.ReadInt64());
        RequireCount(records, StateRecordKind.Session, reader.ReadInt64());
        RequireCount(records, StateRecordKind.Result, reader.ReadInt64());
        RequireCount(records, StateRecordKind.Timer, reader.ReadInt64());
        StateReader.Require(reader.IsAtEnd, "something follows it");
        return (head, owner);
    }

    private static void RequireCount(
        SortedDictionary<StateKey, ReadOnlyMemory<byte>> records, StateRecordKind kind, long count)
    {
        var found = records.Keys.Count(key => key.Kind == kind);
        StateReader.Require(found == count, $"{count} records tell of a {kind}, and {found} are there");
    }

    private static StoreRecord Seal(in StateKey key, ArrayBufferWriter<byte> body)
    {
        var name = key.ToBytes();
        var value = new byte[body.WrittenCount + sizeof(uint)];
        body.WrittenSpan.CopyTo(value);
        BinaryPrimitives.WriteUInt32LittleEndian(
            value.AsSpan(body.WrittenCount), Crc32C.Of(name, body.WrittenSpan));
        return new(name, value);
    }

    private static (StateKey Key, ReadOnlyMemory<byte> Value) Open(StoreRecord record)
    {
        var key = StateKey.Read(record.Key.Span);
        var length = record.Value.Length - sizeof(uint);
        StateReader.Require(length >= 0, "a record ends too early");
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(record.Value.Span[length..]);
        var right = Crc32C.Of(record.Key.Span, record.Value.Span[..length]) == checksum;
        StateReader.Require(right, "a record's checksum is wrong");
        return (key, record.Value[..length]);
    }
}

/// <summary>What an own store holds of the executor.</summary>
internal sealed record HeldState(StateHead Head, SessionTable Sessions, TimerTable Timers);
