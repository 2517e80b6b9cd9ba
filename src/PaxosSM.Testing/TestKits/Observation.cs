using System.Globalization;

namespace PaxosSM.Testing.TestKits;

/// <summary>Something of a machine that others can see.</summary>
/// <param name="What">What it is: two runs of one script give the same names.</param>
/// <param name="Value">What it was.</param>
internal sealed record Sight(string What, byte[] Value);

/// <summary>Two things that should be the same, and are not.</summary>
/// <param name="What">What they are.</param>
/// <param name="First">Whose the first is.</param>
/// <param name="FirstText">The first, for people.</param>
/// <param name="Second">Whose the second is.</param>
/// <param name="SecondText">The second, for people.</param>
internal sealed record Difference(string What, string First, string FirstText, string Second, string SecondText)
{
    /// <summary>The first difference between two byte strings; null if they are equal.</summary>
    public static Difference? Between(string what, string first, byte[] one, string second, byte[] other)
    {
        var place = ByteText.FirstDifference(one, other);
        if (place == one.Length && place == other.Length)
        {
            return null;
        }

        var from = Math.Max(one.Length, other.Length) <= 16 || place == 0
            ? what
            : string.Create(CultureInfo.InvariantCulture, $"{what}, from byte {place} on");
        return new(from, first, ByteText.Around(one, place), second, ByteText.Around(other, place));
    }

    /// <summary>The first difference between what two runs showed; null if they showed the same.</summary>
    public static Difference? Between(
        string first, IReadOnlyList<Sight> one, string second, IReadOnlyList<Sight> other)
    {
        for (var index = 0; index < Math.Min(one.Count, other.Count); index++)
        {
            Invariant.Holds(one[index].What == other[index].What);
            if (Between(one[index].What, first, one[index].Value, second, other[index].Value) is { } difference)
            {
                return difference;
            }
        }

        Invariant.Holds(one.Count == other.Count);
        return null;
    }
}
