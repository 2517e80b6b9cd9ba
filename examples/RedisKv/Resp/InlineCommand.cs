using System.Globalization;

namespace PaxosSM.RedisKv.Resp;

/// <summary>Splits a typed line into arguments, with Redis's quotes and escapes.</summary>
internal static class InlineCommand
{
    /// <summary>Splits a line. False when a quote is not closed, or something follows a closing quote
    /// directly.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out List<byte[]> arguments)
    {
        arguments = [];
        var place = 0;
        while (true)
        {
            while (place < line.Length && IsSpace(line[place]))
            {
                place++;
            }

            if (place == line.Length)
            {
                return true;
            }

            if (!TryReadArgument(line, ref place, out var argument))
            {
                return false;
            }

            arguments.Add(argument);
        }
    }

    private static bool TryReadArgument(ReadOnlySpan<byte> line, ref int place, out byte[] argument)
    {
        var bytes = new List<byte>();
        argument = [];
        while (place < line.Length && !IsSpace(line[place]))
        {
            var letter = line[place++];
            if (letter is not ((byte)'"' or (byte)'\''))
            {
                bytes.Add(letter);
                continue;
            }

            if (!TryReadQuoted(line, letter, ref place, bytes) || (place < line.Length && !IsSpace(line[place])))
            {
                return false;
            }
        }

        argument = [.. bytes];
        return true;
    }

    private static bool TryReadQuoted(ReadOnlySpan<byte> line, byte quote, ref int place, List<byte> bytes)
    {
        while (place < line.Length)
        {
            var letter = line[place++];
            if (letter == quote)
            {
                return true;
            }

            bytes.Add(letter == '\\' && place < line.Length ? Unescape(line, quote, ref place) : letter);
        }

        return false;
    }

    private static byte Unescape(ReadOnlySpan<byte> line, byte quote, ref int place)
    {
        if (quote == '\'')
        {
            return line[place] == '\'' ? line[place++] : (byte)'\\';
        }

        if (line[place] == 'x' && place + 2 < line.Length
            && byte.TryParse(
                line.Slice(place + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            place += 3;
            return value;
        }

        var letter = line[place++];
        return letter switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'a' => (byte)'\a',
            _ => letter,
        };
    }

    private static bool IsSpace(byte letter) => letter is (byte)' ' or (>= 0x09 and <= 0x0D) or 0;
}
