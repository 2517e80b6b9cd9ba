using System.Buffers;
using System.Buffers.Binary;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Execution;

/// <summary>What an executor's state begins with: of which group it is, and how far it goes. What follows, sessions and
/// timers, is the executor's alone.</summary>
/// <param name="Group">The group.</param>
/// <param name="Epoch">The epoch that the next slot is of: how it began.</param>
/// <param name="Applied">The last slot applied.</param>
/// <param name="Time">The log's time there (R19).</param>
/// <param name="Chain">The hash chain there (R28).</param>
public sealed record StateHead(GroupId Group, EpochStart Epoch, Slot Applied, LogTime Time, ulong Chain)
{
    /// <summary>Reads the head of what <see cref="Executor.WriteState"/> wrote.</summary>
    /// <exception cref="FormatException">It is damaged, or of a version that does not tell its members.</exception>
    public static StateHead Of(ReadOnlySpan<byte> state)
    {
        var reader = new StateReader(CheckedBody(state, out var version));
        return Read(ref reader, version, null);
    }

    /// <summary>The same state in another epoch, which begins right behind it (R12): how a restored group goes on.
    /// Sessions, timers, time and chain stay; sessions to come are numbered apart from any that another fork
    /// opened.</summary>
    /// <param name="state">What <see cref="Executor.WriteState"/> wrote.</param>
    /// <param name="next">The epoch; its base is the state's last slot.</param>
    /// <param name="group">The group that goes on; null for the one that the state is of.</param>
    /// <exception cref="FormatException">The state is damaged, or the epoch does not follow it.</exception>
    public static ReadOnlyMemory<byte> Continue(ReadOnlySpan<byte> state, EpochStart next, GroupId? group = null)
    {
        var body = CheckedBody(state, out var version);
        var reader = new StateReader(body);
        var head = Read(ref reader, version, null);
        StateReader.Require(
            next.Base == head.Applied && next.Epoch > head.Epoch.Epoch,
            $"{next} does not follow {head.Epoch.Epoch} at {head.Applied}");
        var moved = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(moved);
        (head with { Group = group ?? head.Group, Epoch = next }).Write(ref writer);
        var rest = reader.ReadRest().ToArray();
        SessionTable.NumberApart(rest, next.Digest);
        writer.WriteBytes(rest);
        var whole = new ArrayBufferWriter<byte>();
        WriteBody(whole, version, moved.WrittenSpan);
        return whole.WrittenMemory;
    }

    /// <summary>How many bytes follow a header that <see cref="Executor.WriteState"/> wrote.</summary>
    /// <exception cref="FormatException">It is no such header.</exception>
    public static int LengthBehind(ReadOnlySpan<byte> header)
    {
        var reader = new StateReader(header);
        StateReader.Require((uint)reader.ReadInt32() == Executor.StateMagic, "it does not begin like one");
        var version = reader.ReadInt32();
        StateReader.Require(
            version is >= Executor.StateVersionMin and <= Executor.StateVersion,
            $"its version is {version}, this program's {Executor.StateVersion}");
        var length = reader.ReadInt32();
        StateReader.Require(length >= 0, "its length is negative");
        return length;
    }

    /// <summary>What follows a state's header, once the checksum is right.</summary>
    internal static ReadOnlySpan<byte> CheckedBody(ReadOnlySpan<byte> state, out int version)
    {
        var length = LengthBehind(state);
        StateReader.Require(state.Length - Executor.StateHeaderSize == length, "it ends too early or too late");
        var body = state[Executor.StateHeaderSize..];
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(state[(Executor.StateHeaderSize - sizeof(uint))..]);
        StateReader.Require(Crc32C.Of(body) == checksum, "its checksum is wrong");
        version = BinaryPrimitives.ReadInt32LittleEndian(state[sizeof(int)..]);
        return body;
    }

    internal static StateHead Read(ref StateReader reader, int version, EpochStart? first)
    {
        var group = new GroupId((ulong)reader.ReadInt64());
        var number = new Epoch((uint)reader.ReadInt32());
        var applied = new Slot(reader.ReadInt64());
        var time = new LogTime(reader.ReadInt64());
        var chain = (ulong)reader.ReadInt64();
        var isOld = version == Executor.StateVersionMin;
        StateReader.Require(!isOld || first is not null, "it is of an old version, which does not tell its members");
        var epoch = isOld ? first! : ReadEpoch(ref reader); // checked
        StateReader.Require(number == epoch.Epoch, $"it is of epoch {number}, not {epoch.Epoch}");
        return new(group, epoch, applied, time, chain);
    }

    /// <summary>Puts the header before a state's body.</summary>
    internal static void WriteBody(IBufferWriter<byte> destination, int version, ReadOnlySpan<byte> body)
    {
        var header = new StateWriter(destination);
        header.WriteInt32((int)Executor.StateMagic);
        header.WriteInt32(version);
        header.WriteInt32(body.Length);
        header.WriteInt32((int)Crc32C.Of(body));
        header.WriteBytes(body);
    }

    internal void Write(ref StateWriter writer)
    {
        writer.WriteInt64((long)Group.Value);
        writer.WriteInt32((int)Epoch.Epoch.Number);
        writer.WriteInt64(Applied.Index);
        writer.WriteInt64(Time.Microseconds);
        writer.WriteInt64((long)Chain);
        writer.WriteInt64(Epoch.Base.Index);
        writer.WriteInt32((int)Epoch.Digest);
        var configuration = ConfigurationCodec.Encode(Epoch.Configuration);
        writer.WriteInt32(configuration.Length);
        writer.WriteBytes(configuration.Span);
    }

    private static EpochStart ReadEpoch(ref StateReader reader)
    {
        var start = new Slot(reader.ReadInt64());
        var digest = (uint)reader.ReadInt32();
        var configuration = ConfigurationCodec.Decode(reader.ReadBytes(reader.ReadInt32()));
        StateReader.Require(configuration is not null, "its members can't be read");
        return new(start, digest, configuration!); // checked
    }
}
