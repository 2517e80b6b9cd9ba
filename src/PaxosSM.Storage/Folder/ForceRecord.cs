using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PaxosSM.Storage;

/// <summary>What an operator's act made of a folder, when a quorum was gone for ever (R33): kept twice, like its
/// identity.</summary>
/// <param name="Before">The fork that the act takes leave of.</param>
/// <param name="Fork">The fork that it began; <see cref="ForkId.None"/> while the folder is only held still: nobody
/// may serve from it until the act is carried out, or given up.</param>
/// <param name="Report">The number of the report that this folder gave: a plan made of another one is refused.</param>
/// <param name="At">When.</param>
/// <param name="Text">What was done, for people.</param>
public sealed record ForceRecord(ForkId Before, ForkId Fork, Guid Report, DateTimeOffset At, string Text)
{
    private const byte Version = 1;
    private const int FixedSize = 1 + 8 + 8 + 16 + 8;

    /// <summary>Whether the folder is held still for an act that is not carried out yet.</summary>
    public bool IsFrozen => Fork == ForkId.None;

    internal byte[] Encode()
    {
        var text = Encoding.UTF8.GetBytes(Text);
        var bytes = new byte[FixedSize + text.Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1), Before.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(9), Fork.Value);
        _ = Report.TryWriteBytes(bytes.AsSpan(17));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(33), At.ToUnixTimeMilliseconds());
        text.CopyTo(bytes.AsSpan(FixedSize));
        return bytes;
    }

    internal static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ForceRecord? record)
    {
        record = bytes.Length < FixedSize || bytes[0] != Version ? null : new(
            new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..])),
            new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[9..])),
            new Guid(bytes.Slice(17, 16)),
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(bytes[33..])),
            Encoding.UTF8.GetString(bytes[FixedSize..]));
        return record is not null;
    }
}
