namespace PaxosSM.RedisKv.Machine;

/// <summary>Due times in microseconds of the log's time, from what clients say in seconds and milliseconds.</summary>
internal static class DueTime
{
    /// <summary>The time so many units after another time (0 for times since 1970). False when it cannot be
    /// told.</summary>
    public static bool TryMake(long number, bool seconds, long after, out long due)
    {
        var exact = ((Int128)number * (seconds ? 1_000_000 : 1000)) + after;
        var fits = exact < long.MaxValue && exact > long.MinValue; // MaxValue is "never"
        due = fits ? (long)exact : 0;
        return fits;
    }

    /// <summary>What is left, in milliseconds, rounded up: a key that is present has at least one left.</summary>
    public static long MillisecondsLeft(long due, long now) => (due - now + 999) / 1000;
}
