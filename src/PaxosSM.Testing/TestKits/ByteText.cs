using System.Globalization;
using System.Text;

namespace PaxosSM.Testing.TestKits;

/// <summary>Bytes for people: as text where they are text, else as hexadecimal numbers with the text beside.</summary>
internal static class ByteText
{
    private const int ShownMax = 48;
    private const int Before = 12;

    public static string Of(ReadOnlySpan<byte> bytes) => Of(bytes, 0);

    /// <summary>The bytes around a place of interest.</summary>
    public static string Around(ReadOnlySpan<byte> bytes, int place) => bytes.Length <= ShownMax
        ? Of(bytes)
        : Of(bytes, Math.Clamp(place - Before, 0, bytes.Length - 1));

    /// <summary>Where two byte strings begin to differ.</summary>
    public static int FirstDifference(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        one.CommonPrefixLength(other);

    private static string Of(ReadOnlySpan<byte> bytes, int from)
    {
        if (bytes.IsEmpty)
        {
            return "(empty)";
        }

        var shown = bytes[from..Math.Min(bytes.Length, from + ShownMax)];
        var start = from == 0 ? string.Empty : "... ";
        var end = from + shown.Length == bytes.Length ? string.Empty : " ...";
        return $"{start}{(IsText(shown) ? Quoted(shown) : Numbers(shown))}{end}";
    }

    // A typed machine's reply is a zero byte and then text.
    private static bool IsText(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 1 && !IsLetter(bytes[0]) ? AreLetters(bytes[1..]) : AreLetters(bytes);

    private static bool AreLetters(ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            if (!IsLetter(one))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsLetter(byte one) => one is >= (byte)' ' and <= (byte)'~' or (byte)'\n' or (byte)'\r';

    private static string Quoted(ReadOnlySpan<byte> bytes)
    {
        var first = IsLetter(bytes[0])
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $"\\x{bytes[0]:x2}");
        var rest = Encoding.ASCII.GetString(first.Length == 0 ? bytes : bytes[1..]);
        return $"'{first}{rest.Replace("\n", "\\n").Replace("\r", "\\r")}'";
    }

    private static string Numbers(ReadOnlySpan<byte> bytes)
    {
        var numbers = new StringBuilder();
        var letters = new StringBuilder();
        foreach (var one in bytes)
        {
            _ = numbers.Append(CultureInfo.InvariantCulture, $"{one:x2} ");
            _ = letters.Append(one is >= (byte)' ' and <= (byte)'~' ? (char)one : '.');
        }

        return $"{numbers}|{letters}|";
    }
}
