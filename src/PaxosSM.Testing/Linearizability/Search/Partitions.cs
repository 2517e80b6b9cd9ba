namespace PaxosSM.Testing.Linearizability.Search;

/// <summary>Splits a history into parts that can be judged alone.</summary>
internal static class Partitions
{
    /// <summary>The parts, in the order of their names; one without a name when some operation touches
    /// everything.</summary>
    public static IEnumerable<(string? Name, IReadOnlyList<Placement> Part)> Of(
        IReadOnlyList<Placement> all, IModel model)
    {
        var parts = new SortedDictionary<string, List<Placement>>(StringComparer.Ordinal);
        foreach (var placement in all)
        {
            var name = model.PartitionOf(placement.Operation.Input, placement.Operation.IsQuery);
            if (name is null)
            {
                return [(null, all)];
            }

            if (!parts.TryGetValue(name, out var part))
            {
                parts.Add(name, part = []);
            }

            part.Add(placement);
        }

        return parts.Select(part => ((string?)part.Key, (IReadOnlyList<Placement>)part.Value));
    }
}
