using System.Buffers.Binary;

namespace PaxosSM.Reconfiguration;

/// <summary>Ends an epoch (R11): the value of the last slot that counts.</summary>
/// <remarks>As a payload, little-endian: the expected epoch (4), a random number (8), the next configuration as
/// <see cref="ConfigurationCodec"/> lays it out.</remarks>
/// <param name="Expected">The epoch that it ends, if it is the first such value there.</param>
/// <param name="Nonce">Tells two equal wishes apart.</param>
/// <param name="Next">The next epoch's members.</param>
public sealed record Stop(Epoch Expected, ulong Nonce, Configuration Next)
{
    private const int HeaderSize = 12;

    /// <summary>The value to propose.</summary>
    public Value ToValue(LogTime stamp)
    {
        var next = ConfigurationCodec.Encode(Next);
        var payload = new byte[HeaderSize + next.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, Expected.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(4), Nonce);
        next.CopyTo(payload.AsMemory(HeaderSize));
        return new(ValueKind.Stop, stamp, payload);
    }

    /// <summary>The stop in a value; null when there is none, or none that can be read: it ends nothing then, on every
    /// replica alike.</summary>
    public static Stop? Of(Value value)
    {
        var payload = value.Payload.Span;
        if (value.Kind != ValueKind.Stop || payload.Length < HeaderSize)
        {
            return null;
        }

        Epoch expected = new(BinaryPrimitives.ReadUInt32LittleEndian(payload));
        return ConfigurationCodec.Decode(payload[HeaderSize..]) is { } next && next.Epoch == expected.Next
            ? new(expected, BinaryPrimitives.ReadUInt64LittleEndian(payload[4..]), next)
            : null;
    }

    /// <summary>How the next epoch begins if the value, chosen at the slot, is the first one there that ends
    /// <paramref name="epoch"/>; null when it can't.</summary>
    public static EpochStart? NextAfter(Epoch epoch, Slot slot, Value value) =>
        Of(value) is { } stop && stop.Expected == epoch ? new(slot, value.Checksum, stop.Next) : null;
}
