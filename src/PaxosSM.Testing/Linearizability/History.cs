namespace PaxosSM.Testing.Linearizability;

/// <summary>What the clients of a system did and saw, in the order of their calls.</summary>
public sealed class History
{
    /// <summary>A history of these operations, in any order.</summary>
    /// <exception cref="ArgumentException">Two of them have one number, or one returned before it was
    /// called.</exception>
    public History(IEnumerable<Operation> operations)
    {
        Operation[] sorted = [.. operations.OrderBy(operation => operation.Called).ThenBy(operation => operation.Id)];
        HashSet<long> seen = [];
        foreach (var operation in sorted)
        {
            if (!seen.Add(operation.Id))
            {
                throw new ArgumentException($"two operations #{operation.Id}", nameof(operations));
            }

            if (operation.Returned < operation.Called)
            {
                throw new ArgumentException($"#{operation.Id} returned before its call", nameof(operations));
            }

            if (operation is { Succeeded: true, Returned: null })
            {
                throw new ArgumentException($"#{operation.Id} succeeded, but never returned", nameof(operations));
            }
        }

        Operations = sorted;
    }

    /// <summary>The operations, in the order of their calls.</summary>
    public IReadOnlyList<Operation> Operations { get; }
}
