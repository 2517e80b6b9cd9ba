using System.Buffers.Binary;
using System.Diagnostics;
using PaxosSM.Log;

namespace PaxosSM.Runtime.Wire;

/// <summary>Lays out the log's records; <c>specs/storage.md</c> has the bytes.</summary>
/// <remarks>Little-endian. A record's kind stands in its key, not here. Nothing here checks a checksum: the log
/// does.</remarks>
public static class RecordCodec
{
    /// <summary>The oldest version of the layout that is read: its votes are for one slot each.</summary>
    public const ushort VersionMin = 1;

    /// <summary>The version of the layout that is written.</summary>
    public const ushort Version = 3;

    private const ushort VersionWithEpochs = 3;
    private const int BallotSize = 14;
    private const int OwnerSize = 6;
    private const int ValueHeaderSize = 17;

    /// <summary>How many bytes <see cref="Write"/> will need.</summary>
    public static int SizeOf(DurableWrite write) => write switch
    {
        // A promise and a chosen-through are in their key whole, and the log keeps keys twice (R24).
        PromiseWrite or ChosenThroughWrite => 0,
        VoteWrite vote => BallotSize + 2 + 8 + 8 + 4 + 8 + 8 + SizeOf(vote.Value),
        SyncWrite sync => checked(BallotSize + 8 + SizeOf(sync.View) + 4 + SizeOf(sync.Suffix)),
        LearnedWrite learned => 8 + SizeOf(learned.Value),
        CheckpointWrite checkpoint =>
            (2 * BallotSize) + 8 + SizeOf(checkpoint.View) + 8 + 8 + SizeOf(checkpoint.Begins),
        EpochWrite epoch => SizeOf(epoch),
        _ => throw new UnreachableException(),
    };

    /// <summary>Writes a record into the first <see cref="SizeOf(DurableWrite)"/> bytes of
    /// <paramref name="destination"/>.</summary>
    public static void Write(DurableWrite write, Span<byte> destination)
    {
        var writer = new Writer(destination);
        switch (write)
        {
            case PromiseWrite or ChosenThroughWrite:
                break;
            case VoteWrite vote:
                writer.Put(vote.Ballot);
                writer.Put(vote.Lane.Index);
                writer.Put(vote.Slot.Index);
                writer.Put(vote.Last.Index);
                writer.Put((uint)vote.Stride);
                writer.Put(vote.ChosenThrough.Index);
                writer.Put(vote.LaneThrough.Index);
                writer.Put(vote.Value);
                break;
            case SyncWrite sync:
                writer.Put(sync.Ballot);
                writer.Put(sync.Base.Index);
                writer.Put(sync.View);
                writer.Put((uint)sync.Suffix.Count);
                for (var i = 0; i < sync.Suffix.Count; i++)
                {
                    writer.Put(sync.Suffix[i]);
                }

                break;
            case LearnedWrite learned:
                writer.Put(learned.Slot.Index);
                writer.Put(learned.Value);
                break;
            case CheckpointWrite checkpoint:
                writer.Put(checkpoint.Promised);
                writer.Put(checkpoint.LastVoted);
                writer.Put(checkpoint.SyncBase.Index);
                writer.Put(checkpoint.View);
                writer.Put(checkpoint.ChosenThrough.Index);
                writer.Put(checkpoint.TrimmedTo.Index);
                writer.Put(checkpoint.Begins);
                break;
            case EpochWrite epoch:
                writer.Put(epoch);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>CRC-32C of a record that was written, without another look at what its value tells of itself.</summary>
    public static uint ChecksumOf(DurableWrite write, ReadOnlySpan<byte> record)
    {
        // The payload is the end of either.
        var value = write is VoteWrite vote ? vote.Value : (write as LearnedWrite)?.Value;
        return value is null
            ? Crc32C.Of(record)
            : ~value.AppendPayload(Crc32C.Append(Crc32C.Start, record[..^value.Length]));
    }

    /// <summary>Reads the record that <paramref name="key"/> names.</summary>
    /// <remarks>Values keep slices of <paramref name="source"/>: the caller gives it away.</remarks>
    /// <param name="key">What the log says of it.</param>
    /// <param name="source">Its bytes.</param>
    /// <param name="version">The version of the layout that they are in.</param>
    /// <returns>Null when the bytes are not exactly one record of that key.</returns>
    public static DurableWrite? Read(RecordKey key, ReadOnlyMemory<byte> source, ushort version)
    {
        var reader = new Reader(source);
        DurableWrite? write = key.Kind switch
        {
            RecordKind.Promise => new PromiseWrite(key.Ballot),
            RecordKind.ChosenThrough => new ChosenThroughWrite(key.Last),
            RecordKind.Vote => ReadVote(ref reader, version),
            RecordKind.Sync => ReadSync(ref reader),
            RecordKind.Learned => new LearnedWrite(reader.Slot(), reader.Value()),
            RecordKind.Checkpoint => new CheckpointWrite(
                reader.Ballot(), reader.Ballot(), reader.Slot(), reader.View(), reader.Slot(), reader.Slot())
            {
                Begins = version < VersionWithEpochs ? null : reader.Begin(),
            },
            RecordKind.Epoch => reader.Begin(),
            _ => null,
        };
        write = write is null || key.Epoch == default ? write : write with { Epoch = key.Epoch };
        return write is not null && reader.IsAtEnd && RecordKey.Of(write) == key ? write : null;
    }

    private static VoteWrite? ReadVote(ref Reader reader, ushort version)
    {
        var ballot = reader.Ballot();
        var lane = new Lane(reader.UInt16());
        var slot = reader.Slot();
        var (last, stride) = version == VersionMin ? (slot, 1u) : (reader.Slot(), reader.UInt32());
        var (chosenThrough, laneThrough) = (reader.Slot(), reader.Slot());
        return stride is 0 or > int.MaxValue || last < slot
            ? null
            : new(ballot, lane, slot, reader.Value(), chosenThrough, laneThrough) { Last = last, Stride = (int)stride };
    }

    private static SyncWrite? ReadSync(ref Reader reader)
    {
        var ballot = reader.Ballot();
        var start = reader.Slot();
        var view = reader.View();
        var count = reader.UInt32();
        if (view is null || !reader.CanHold(count, ValueHeaderSize))
        {
            return null;
        }

        var suffix = new Value[count];
        for (var i = 0; i < suffix.Length; i++)
        {
            suffix[i] = reader.Value();
        }

        return new(ballot, start, view, suffix);
    }

    private static int SizeOf(Value value) => checked(ValueHeaderSize + value.Length);

    private static int SizeOf(View? view) => view is null ? 2 : 2 + BallotSize + 8 + (OwnerSize * view.Owners.Count);

    // Zero for none: an epoch's begin is never that short.
    private static int SizeOf(EpochWrite? epoch) => epoch is null
        ? 0
        : 8 + 4 + 4 + ConfigurationCodec.Encode(epoch.Start.Configuration).Length
            + ConfigurationCodec.Encode(epoch.Before).Length;

    private static int SizeOf(IReadOnlyList<Value> values)
    {
        var size = 0;
        for (var i = 0; i < values.Count; i++)
        {
            size = checked(size + SizeOf(values[i]));
        }

        return size;
    }

    private ref struct Writer(Span<byte> rest)
    {
        private Span<byte> _rest = rest;

        public void Put(ushort number)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_rest, number);
            _rest = _rest[sizeof(ushort)..];
        }

        public void Put(uint number)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_rest, number);
            _rest = _rest[sizeof(uint)..];
        }

        public void Put(long number)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_rest, number);
            _rest = _rest[sizeof(long)..];
        }

        public void Put(Ballot ballot)
        {
            Put(ballot.Round);
            Put(ballot.Proposer.Value);
            Put(ballot.Incarnation);
        }

        public void Put(View? view)
        {
            if (view is null)
            {
                Put((ushort)0);
                return;
            }

            Put(checked((ushort)(view.Owners.Count + 1)));
            Put(view.Ballot);
            Put(view.Start.Index);
            for (var i = 0; i < view.Owners.Count; i++)
            {
                Put(view.Owners[i].Node.Value);
                Put(view.Owners[i].Incarnation);
            }
        }

        public void Put(EpochWrite? epoch)
        {
            if (epoch is null)
            {
                return;
            }

            Put(epoch.Start.Base.Index);
            Put(epoch.Start.Digest);
            var configuration = ConfigurationCodec.Encode(epoch.Start.Configuration);
            Put((uint)configuration.Length);
            Put(configuration);
            Put(ConfigurationCodec.Encode(epoch.Before));
        }

        private void Put(ReadOnlyMemory<byte> bytes)
        {
            bytes.Span.CopyTo(_rest);
            _rest = _rest[bytes.Length..];
        }

        public void Put(Value value)
        {
            _rest[0] = (byte)value.Kind;
            _rest = _rest[1..];
            Put(value.Stamp.Microseconds);
            Put(value.Checksum);
            Put((uint)value.Payload.Length);
            value.Payload.Span.CopyTo(_rest);
            _rest = _rest[value.Payload.Length..];
        }
    }

    /// <summary>Reads zeros past the end, and remembers that it did: then nothing that was read counts.</summary>
    private ref struct Reader(ReadOnlyMemory<byte> source)
    {
        private int _at;

        public readonly bool IsAtEnd => _at == source.Length;

        public readonly bool CanHold(uint count, int size) =>
            (ulong)count * (uint)size <= (ulong)Math.Max(0, source.Length - _at);

        public ushort UInt16() =>
            Take(sizeof(ushort), out var bytes) ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

        public uint UInt32() => Take(sizeof(uint), out var bytes) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

        public long Int64() => Take(sizeof(long), out var bytes) ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;

        public Slot Slot() => new(Int64());

        public Ballot Ballot() => new(Int64(), new(UInt16()), UInt32());

        public View? View()
        {
            var owners = UInt16() - 1;
            if (owners < 0)
            {
                return null;
            }

            var ballot = Ballot();
            var start = Slot();
            if (!CanHold((uint)owners, OwnerSize))
            {
                _at = source.Length + 1;
                return null;
            }

            var dealt = new LaneOwner[owners];
            for (var i = 0; i < dealt.Length; i++)
            {
                dealt[i] = new(new(UInt16()), UInt32());
            }

            return new(ballot, start, dealt);
        }

        /// <summary>An epoch's begin, up to the end of the record; null for none.</summary>
        public EpochWrite? Begin()
        {
            if (IsAtEnd)
            {
                return null;
            }

            var start = Slot();
            var digest = UInt32();
            var length = UInt32();
            var configuration = length <= int.MaxValue && Take((int)length, out var bytes)
                ? ConfigurationCodec.Decode(bytes)
                : null;
            var before = Take(Math.Max(0, source.Length - _at), out bytes)
                ? ConfigurationCodec.DecodeEnded(bytes)
                : null;
            if (configuration is null || before is null)
            {
                _at = source.Length + 1;
                return null;
            }

            return new(new(start, digest, configuration), before);
        }

        public Value Value()
        {
            var kind = Take(1, out var octet) ? (ValueKind)octet[0] : default;
            var stamp = new LogTime(Int64());
            var checksum = UInt32();
            var length = UInt32();
            var start = _at;
            return length <= int.MaxValue && Take((int)length, out _)
                ? new(kind, stamp, source.Slice(start, (int)length), checksum)
                : new(kind, stamp, default, checksum);
        }

        private bool Take(int count, out ReadOnlySpan<byte> bytes)
        {
            bytes = default;
            if (count > source.Length - _at)
            {
                _at = source.Length + 1;
                return false;
            }

            bytes = source.Span.Slice(_at, count);
            _at += count;
            return true;
        }
    }
}
