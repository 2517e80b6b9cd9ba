using System.Globalization;

namespace PaxosSM.Hosting;

/// <summary>How settings are written: durations as <c>50ms</c>, <c>2s</c>, <c>1m</c>, <c>1h</c>, sizes as <c>64KiB</c>,
/// <c>4MiB</c>.</summary>
internal static class SettingText
{
    private static readonly (string Suffix, double Milliseconds)[] Units =
        [("ms", 1), ("us", 0.001), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    private static readonly (string Suffix, long Bytes)[] Sizes =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30)];

    /// <exception cref="FormatException">The text is no duration.</exception>
    public static TimeSpan Duration(string text)
    {
        foreach (var (suffix, milliseconds) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(text[..^suffix.Length], CultureInfo.InvariantCulture, out var number) && number >= 0)
            {
                return TimeSpan.FromMilliseconds(number * milliseconds);
            }
        }

        return text.Contains(':')
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero
            ? span
            : throw new FormatException($"\"{text}\" is no duration like 50ms, 2s, 1m or 00:00:02");
    }

    /// <exception cref="FormatException">The text is no number of things or bytes.</exception>
    public static long Number(string text, long max)
    {
        var factor = 1L;
        var digits = text;
        foreach (var (suffix, bytes) in Sizes)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                (factor, digits) = (bytes, text[..^suffix.Length]);
            }
        }

        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= max / factor
            ? number * factor
            : throw new FormatException($"\"{text}\" is no whole number, or size like 64KiB or 4MiB, up to {max}");
    }

    public static string Show(TimeSpan span) => span switch
    {
        { Ticks: 0 } => "0s",
        _ when span.Ticks % TimeSpan.TicksPerHour == 0 => Invariant($"{span.TotalHours}h"),
        _ when span.Ticks % TimeSpan.TicksPerSecond == 0 => Invariant($"{span.TotalSeconds}s"),
        _ => Invariant($"{span.TotalMilliseconds}ms"),
    };

    public static string Show(long number) => number switch
    {
        >= 1 << 20 when number % (1 << 20) == 0 => Invariant($"{number >> 20}MiB"),
        >= 1 << 14 when number % (1 << 10) == 0 => Invariant($"{number >> 10}KiB"),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
