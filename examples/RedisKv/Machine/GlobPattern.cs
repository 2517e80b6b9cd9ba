namespace PaxosSM.RedisKv.Machine;

/// <summary>Redis's patterns: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^x]</c> and <c>\</c>.</summary>
/// <remarks>Goes back to the last star only, so that a hostile pattern costs at most pattern times text.</remarks>
internal static class GlobPattern
{
    /// <summary>True when the pattern describes all of the text.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
    {
        var place = 0;
        var index = 0;
        var afterStar = -1;
        var starIndex = 0;
        while (index < text.Length)
        {
            if (place < pattern.Length && pattern[place] == '*')
            {
                afterStar = ++place;
                starIndex = index;
            }
            else if (place < pattern.Length && MatchesOne(pattern, ref place, text[index]))
            {
                index++;
            }
            else if (afterStar >= 0)
            {
                place = afterStar;
                index = ++starIndex;
            }
            else
            {
                return false;
            }
        }

        return pattern[place..].IndexOfAnyExcept((byte)'*') < 0;
    }

    private static bool MatchesOne(ReadOnlySpan<byte> pattern, ref int place, byte letter)
    {
        var symbol = pattern[place++];
        switch (symbol)
        {
            case (byte)'?':
                return true;
            case (byte)'[':
                return MatchesClass(pattern, ref place, letter);
            case (byte)'\\' when place < pattern.Length:
                return pattern[place++] == letter;
            default:
                return symbol == letter;
        }
    }

    private static bool MatchesClass(ReadOnlySpan<byte> pattern, ref int place, byte letter)
    {
        var negated = place < pattern.Length && pattern[place] == '^';
        place += negated ? 1 : 0;
        var found = false;
        while (place < pattern.Length && pattern[place] != ']')
        {
            var low = ClassMember(pattern, ref place);
            var high = low;
            if (place + 1 < pattern.Length && pattern[place] == '-' && pattern[place + 1] != ']')
            {
                place++;
                high = ClassMember(pattern, ref place);
            }

            found |= letter >= Math.Min(low, high) && letter <= Math.Max(low, high);
        }

        place = Math.Min(place + 1, pattern.Length);
        return found != negated;
    }

    private static byte ClassMember(ReadOnlySpan<byte> pattern, ref int place)
    {
        if (pattern[place] == '\\' && place + 1 < pattern.Length)
        {
            place++;
        }

        return pattern[place++];
    }
}
