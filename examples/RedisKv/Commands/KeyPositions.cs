namespace PaxosSM.RedisKv.Commands;

/// <summary>Where a command's keys are among its arguments, as COMMAND tells it.</summary>
/// <param name="First">The first key's place; 0 is "no keys".</param>
/// <param name="Last">The last key's place; negative counts from the end.</param>
/// <param name="Step">The distance between keys.</param>
internal readonly record struct KeyPositions(int First, int Last, int Step)
{
    /// <summary>No keys.</summary>
    public static KeyPositions None => default;

    /// <summary>One key, right after the name.</summary>
    public static KeyPositions One => new(1, 1, 1);

    /// <summary>All arguments are keys.</summary>
    public static KeyPositions All => new(1, -1, 1);

    /// <summary>Keys and values take turns.</summary>
    public static KeyPositions Pairs => new(1, -1, 2);
}
