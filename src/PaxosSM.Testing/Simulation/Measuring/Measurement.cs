namespace PaxosSM.Testing.Simulation;

/// <summary>How a cluster did under a <see cref="SteadyLoad"/>.</summary>
/// <param name="Violation">What broke, such as the protocol's rules; null when nothing did.</param>
/// <param name="Leader">The place of the member that leads; -1 for nobody.</param>
/// <param name="Span">How long was measured, in simulated time.</param>
/// <param name="Nodes">Each member, by its place.</param>
/// <param name="Regions">Each region's clients together, from region 0.</param>
/// <param name="All">All clients together.</param>
public sealed record Measurement(
    Violation? Violation,
    int Leader,
    TimeSpan Span,
    IReadOnlyList<MeasuredNode> Nodes,
    IReadOnlyList<MeasuredCommands> Regions,
    MeasuredCommands All);

/// <summary>How a member did.</summary>
/// <param name="Region">The region that it is in.</param>
/// <param name="Commands">What its clients saw.</param>
/// <param name="BytesSent">What went out over its link, to members and clients.</param>
/// <param name="BytesReceived">What came in, from members and clients.</param>
public sealed record MeasuredNode(int Region, MeasuredCommands Commands, long BytesSent, long BytesReceived);

/// <summary>What some clients saw of the commands that ended while it was measured.</summary>
/// <param name="Completed">How many were applied and answered.</param>
/// <param name="Failed">How many were refused, or not answered in time.</param>
/// <param name="Median">Half of them took no longer; zero when there were none.</param>
/// <param name="P99">99 of 100 took no longer.</param>
/// <param name="Longest">None took longer.</param>
public sealed record MeasuredCommands(
    long Completed, long Failed, TimeSpan Median, TimeSpan P99, TimeSpan Longest)
{
    /// <summary>Puts together what clients saw.</summary>
    internal static MeasuredCommands Of(IEnumerable<MeasuredClient> clients)
    {
        List<long> micros = [.. clients.SelectMany(client => client.Micros)];
        micros.Sort();
        return new(
            micros.Count, clients.Sum(client => client.Failed), Quantile(micros, 50), Quantile(micros, 99),
            Quantile(micros, 100));
    }

    private static TimeSpan Quantile(List<long> sorted, long percent) => sorted.Count == 0
        ? TimeSpan.Zero
        : TimeSpan.FromMicroseconds(sorted[(int)(((sorted.Count * percent) + 99) / 100) - 1]);
}
