using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Testing.Simulation;

/// <summary>The machine that simulated clusters replicate unless told otherwise: keys with a value and a counter each,
/// and names that are held for a while.</summary>
/// <remarks>
/// An answer is one byte, whether it was done (1), not done (0), or not understood (2); then, if the key exists, its
/// counter (eight bytes, little-endian) and its value: before the command for put and delete, after it for the others.
/// So nearly every answer tells the state. Hold answers "done" alone: when a name is let go is the log's business, and
/// shows in the digest only.
/// </remarks>
public sealed class KeyValueMachine : IDigestibleStateMachine, ITimedStateMachine, IOptimisticStateMachine
{
    /// <summary>The longest value; what would make a longer one is not done.</summary>
    public const int ValueBytesMax = 1024;

    private static readonly Entry Fresh = new([], 0);
    private readonly SortedDictionary<ushort, Entry> _entries = [];
    private readonly SortedDictionary<ushort, long> _held = [];
    private readonly UndoJournal _journal = new();
    private long _released;

    /// <inheritdoc/>
    public ulong Digest
    {
        get
        {
            var digest = new KeyValueDigest();
            foreach (var (key, entry) in _entries)
            {
                digest.Add(key);
                digest.Add(entry.Counter);
                digest.Add(entry.Value);
            }

            foreach (var (name, due) in _held)
            {
                digest.Add(name);
                digest.Add(due);
            }

            digest.Add(_released);
            return digest.Value;
        }
    }

    /// <inheritdoc/>
    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        var bytes = command.IsSingleSegment ? command.FirstSpan : command.ToArray();
        if (bytes.Length < KeyValueCommand.HeaderBytes)
        {
            NotUnderstood(result);
            return;
        }

        var key = BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]);
        var rest = bytes[KeyValueCommand.HeaderBytes..];
        var before = _entries.GetValueOrDefault(key);
        switch (bytes[0])
        {
            case KeyValueCommand.Put:
                Answer(result, Store(key, before, rest), before);
                break;
            case KeyValueCommand.Append:
                var done = Store(key, before, [.. (before ?? Fresh).Value, .. rest]);
                Answer(result, done, _entries.GetValueOrDefault(key));
                break;
            case KeyValueCommand.CompareAndSet when rest.Length >= 2:
                CompareAndSet(key, before, rest, result);
                break;
            case KeyValueCommand.Increment:
                Set(key, new((before ?? Fresh).Value, (before ?? Fresh).Counter + 1));
                Answer(result, true, _entries[key]);
                break;
            case KeyValueCommand.Delete:
                Set(key, null);
                Answer(result, before is not null, before);
                break;
            case KeyValueCommand.Hold when rest.Length == sizeof(long):
                Hold(context, key, BinaryPrimitives.ReadInt64LittleEndian(rest));
                Answer(result, true, null);
                break;
            default:
                NotUnderstood(result);
                break;
        }
    }

    /// <inheritdoc/>
    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        var bytes = query.IsSingleSegment ? query.FirstSpan : query.ToArray();
        if (bytes.Length != KeyValueCommand.HeaderBytes || bytes[0] != KeyValueCommand.Get)
        {
            NotUnderstood(result);
            return;
        }

        var found = _entries.GetValueOrDefault(BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]));
        Answer(result, found is not null, found);
    }

    /// <inheritdoc/>
    public void OnTimer(in CommandContext context, long id)
    {
        if (_held.ContainsKey((ushort)id))
        {
            SetHeld((ushort)id, null);
            _released++;
            _journal.Note(() => _released--);
        }
    }

    /// <inheritdoc/>
    public void Mark(Slot slot) => _journal.Mark(slot);

    /// <inheritdoc/>
    public void Confirm(Slot slot) => _journal.Confirm(slot);

    /// <inheritdoc/>
    public void Rollback(Slot to) => _journal.Rollback();

    /// <inheritdoc/>
    /// <remarks>Values are never changed in place, so that copying the table is enough.</remarks>
    public ISnapshotWriter BeginSnapshot() => new KeyValueSnapshot([.. _entries], [.. _held], _released);

    /// <inheritdoc/>
    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await snapshot.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
        copy.Position = 0;
        using var reader = new BinaryReader(copy);
        _entries.Clear();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (key, counter, length) = (reader.ReadUInt16(), reader.ReadInt64(), reader.ReadInt32());
            _entries.Add(key, new(reader.ReadBytes(length), counter));
        }

        _held.Clear();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            _held.Add(reader.ReadUInt16(), reader.ReadInt64());
        }

        _released = reader.ReadInt64();
    }

    private static void NotUnderstood(IBufferWriter<byte> result)
    {
        result.GetSpan(1)[0] = 2;
        result.Advance(1);
    }

    private static void Answer(IBufferWriter<byte> result, bool done, Entry? entry)
    {
        var length = entry is null ? 1 : 1 + sizeof(long) + entry.Value.Length;
        var span = result.GetSpan(length);
        span[0] = (byte)(done ? 1 : 0);
        if (entry is not null)
        {
            BinaryPrimitives.WriteInt64LittleEndian(span[1..], entry.Counter);
            entry.Value.CopyTo(span[(1 + sizeof(long))..]);
        }

        result.Advance(length);
    }

    private bool Store(ushort key, Entry? before, ReadOnlySpan<byte> value)
    {
        if (value.Length > ValueBytesMax)
        {
            return false;
        }

        Set(key, new(value.ToArray(), (before ?? Fresh).Counter));
        return true;
    }

    private void Set(ushort key, Entry? entry)
    {
        if (_journal.IsOpen)
        {
            var before = _entries.GetValueOrDefault(key);
            _journal.Note(() => Put(key, before));
        }

        Put(key, entry);
    }

    private void SetHeld(ushort name, long? due)
    {
        if (_journal.IsOpen)
        {
            long? before = _held.TryGetValue(name, out var held) ? held : null;
            _journal.Note(() => PutHeld(name, before));
        }

        PutHeld(name, due);
    }

    private void PutHeld(ushort name, long? due)
    {
        if (due is { } set)
        {
            _held[name] = set;
        }
        else
        {
            _held.Remove(name);
        }
    }

    private void Put(ushort key, Entry? entry)
    {
        if (entry is null)
        {
            _entries.Remove(key);
        }
        else
        {
            _entries[key] = entry;
        }
    }

    private void CompareAndSet(ushort key, Entry? before, ReadOnlySpan<byte> rest, IBufferWriter<byte> result)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (rest.Length < 2 + length)
        {
            NotUnderstood(result);
            return;
        }

        var done = before is not null
            && before.Value.AsSpan().SequenceEqual(rest[2..(2 + length)])
            && Store(key, before, rest[(2 + length)..]);
        Answer(result, done, _entries.GetValueOrDefault(key));
    }

    private void Hold(in CommandContext context, ushort name, long microseconds)
    {
        if (microseconds == 0)
        {
            SetHeld(name, null);
            context.Timers.Cancel(name);
            return;
        }

        var due = context.Time.Add(TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond));
        SetHeld(name, due.Microseconds);
        context.Timers.Set(name, due);
    }

    /// <summary>What a key has.</summary>
    internal sealed record Entry(byte[] Value, long Counter);
}
