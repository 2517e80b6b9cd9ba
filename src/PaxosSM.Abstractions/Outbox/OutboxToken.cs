using System.Buffers.Binary;
using System.Globalization;

namespace PaxosSM;

/// <summary>Names one effect of one command, for ever and on every replica: what a receiver knows a repeat by
/// (R27).</summary>
/// <remarks>
/// <para>A place of the log is applied once in a fork (R33), so no two effects of it have one token. Two forks of a
/// cluster fill the same places with other commands; that is why the fork is part of it.</para>
/// <para>Order: in one outbox, restored ones included, tokens grow in the order in which effects were added: a restored
/// cluster's epochs follow the backup's. Between groups, or forks that both went on, the order says nothing.</para>
/// </remarks>
/// <param name="Fork">The cluster's history in which the command was applied.</param>
/// <param name="Group">The group.</param>
/// <param name="Epoch">The command's epoch.</param>
/// <param name="Slot">The command's slot.</param>
/// <param name="Index">The command's place in its slot, as <see cref="CommandContext.Index"/>.</param>
/// <param name="Number">The effect's number within the command, from 0.</param>
public readonly record struct OutboxToken(
    ForkId Fork, GroupId Group, Epoch Epoch, Slot Slot, int Index, int Number) : IComparable<OutboxToken>
{
    /// <summary>How many bytes a token takes.</summary>
    public const int Size = 40;

    private const int EpochAt = 8;
    private const int SlotAt = 12;
    private const int PlaceAt = 20;
    private const int NumberAt = 28;
    private const int ForkAt = 32;

    // Timers fire before the slot's commands, at -1, -2, and so on.
    private long Place => Index < 0 ? ~(long)Index : Index + (1L << 32);

    /// <summary>The token of an effect of the command that is being applied: for outboxes that machines keep
    /// themselves.</summary>
    /// <param name="context">The command's.</param>
    /// <param name="number">The effect's number within the command, from 0: each effect has one of its own.</param>
    public static OutboxToken Of(in CommandContext context, int number) =>
        new(context.Fork, context.Group, context.Epoch, context.Slot, context.Index, number);

    /// <summary>Writes it to the first <see cref="Size"/> bytes. The bytes of tokens, as a database compares them,
    /// order as the tokens do.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, Group.Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[EpochAt..], Epoch.Number);
        BinaryPrimitives.WriteInt64BigEndian(destination[SlotAt..], Slot.Index);
        BinaryPrimitives.WriteInt64BigEndian(destination[PlaceAt..], Place);
        BinaryPrimitives.WriteInt32BigEndian(destination[NumberAt..], Number);
        BinaryPrimitives.WriteUInt64BigEndian(destination[ForkAt..], Fork.Value);
    }

    /// <summary>Its bytes, as <see cref="Write"/> writes them.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">There are too few bytes.</exception>
    public static OutboxToken Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < Size)
        {
            throw new InvalidDataException($"an outbox token has {Size} bytes, not {source.Length}");
        }

        var place = BinaryPrimitives.ReadInt64BigEndian(source[PlaceAt..]);
        return new(
            new(BinaryPrimitives.ReadUInt64BigEndian(source[ForkAt..])),
            new(BinaryPrimitives.ReadUInt64BigEndian(source)),
            new(BinaryPrimitives.ReadUInt32BigEndian(source[EpochAt..])),
            new(BinaryPrimitives.ReadInt64BigEndian(source[SlotAt..])),
            place < 1L << 32 ? ~(int)place : (int)(place - (1L << 32)),
            BinaryPrimitives.ReadInt32BigEndian(source[NumberAt..]));
    }

    /// <inheritdoc/>
    public int CompareTo(OutboxToken other)
    {
        Span<byte> left = stackalloc byte[Size];
        Span<byte> right = stackalloc byte[Size];
        Write(left);
        other.Write(right);
        return left.SequenceCompareTo(right);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Fork}/{Group}/{Epoch}/{Slot}/{Index}/{Number}");

    /// <summary>Orders by place in the log.</summary>
    public static bool operator <(OutboxToken left, OutboxToken right) => left.CompareTo(right) < 0;

    /// <summary>Orders by place in the log.</summary>
    public static bool operator >(OutboxToken left, OutboxToken right) => left.CompareTo(right) > 0;

    /// <summary>Orders by place in the log.</summary>
    public static bool operator <=(OutboxToken left, OutboxToken right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by place in the log.</summary>
    public static bool operator >=(OutboxToken left, OutboxToken right) => left.CompareTo(right) >= 0;
}
