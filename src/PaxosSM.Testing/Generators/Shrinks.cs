namespace PaxosSM.Testing.Generators;

/// <summary>Ways to make a failing input smaller, the largest steps first.</summary>
public static class Shrinks
{
    /// <summary>A list without some of its elements: halves, quarters, down to each single one; then with one element
    /// made smaller.</summary>
    /// <param name="list">The list.</param>
    /// <param name="element">Makes an element smaller; null leaves elements alone.</param>
    public static IEnumerable<T[]> List<T>(IReadOnlyList<T> list, Func<T, IEnumerable<T>>? element = null)
    {
        for (var length = list.Count; length > 0; length /= 2)
        {
            for (var start = 0; start < list.Count; start += length)
            {
                yield return [.. list.Take(start), .. list.Skip(start + length)];
            }
        }

        if (element is null)
        {
            yield break;
        }

        for (var index = 0; index < list.Count; index++)
        {
            foreach (var smaller in element(list[index]))
            {
                yield return [.. list.Take(index), smaller, .. list.Skip(index + 1)];
            }
        }
    }

    /// <summary>Bytes: fewer of them, then zeros.</summary>
    public static IEnumerable<byte[]> Bytes(byte[] bytes) =>
        List(bytes, one => one == 0 ? [] : one == (byte)'0' ? [(byte)0] : [(byte)0, (byte)'0']);

    /// <summary>A number: the lowest one, halfway there, one less.</summary>
    public static IEnumerable<long> Number(long number, long lowest = 0)
    {
        if (number <= lowest)
        {
            yield break;
        }

        yield return lowest;
        for (var distance = (number - lowest) / 2; distance > 0; distance /= 2)
        {
            yield return number - distance;
        }
    }
}
