using System.Buffers.Text;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Redis's integers: no sign but a minus, no leading zero, no space.</summary>
internal static class RedisNumber
{
    /// <summary>The most digits that a number takes, the sign included.</summary>
    public const int DigitsMax = 20;

    /// <summary>Reads a number that fills the text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > DigitsMax)
        {
            return false;
        }

        if (text.Length == 1 && text[0] == '0')
        {
            return true;
        }

        var first = text[0] == '-' && text.Length > 1 ? text[1] : text[0];
        return first is >= (byte)'1' and <= (byte)'9' && Utf8Parser.TryParse(text, out value, out var used)
            && used == text.Length;
    }

    /// <summary>The number as a new array.</summary>
    public static byte[] Format(long value)
    {
        Span<byte> digits = stackalloc byte[DigitsMax];
        _ = Utf8Formatter.TryFormat(value, digits, out var count);
        return digits[..count].ToArray();
    }
}
