namespace PaxosSM.Hosting;

/// <summary>How a deal is written, whatever its case.</summary>
internal static class DealText
{
    private static readonly (DealPolicy Deal, string Text)[] All =
    [
        (DealPolicy.SingleLeader, "singleLeader"),
        (DealPolicy.AllProposers, "allProposers"),
        (DealPolicy.Adaptive, "adaptive"),
    ];

    /// <exception cref="FormatException">The text is no deal.</exception>
    public static DealPolicy Read(string text)
    {
        foreach (var (deal, name) in All)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return deal;
            }
        }

        throw new FormatException($"\"{text}\" is none of {string.Join(", ", All.Select(each => each.Text))}");
    }

    public static string Show(DealPolicy deal) => All.First(each => each.Deal == deal).Text;
}
