using System.Diagnostics;
using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>What client and members said while nobody was served: why it took so long.</summary>
/// <param name="client">What the client waits for.</param>
/// <param name="members">The members.</param>
internal sealed class OutageWatch(Func<string> client, IReadOnlyList<MemberProcess> members)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks until something ends.</summary>
    /// <returns>Each change, with its time.</returns>
    public async Task<IReadOnlyList<string>> UntilAsync(Task end)
    {
        List<string> seen = [];
        var began = Stopwatch.GetTimestamp();
        var last = string.Empty;
        while (!end.IsCompleted)
        {
            var leaders = string.Join(',', members.Where(member => member.State is { Leads: true }).Select(Place));
            var now = $"leader {(leaders.Length == 0 ? "none" : leaders)}; client: {client()}";
            if (now != last)
            {
                var after = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                seen.Add(string.Create(CultureInfo.InvariantCulture, $"      {after,5:0} ms: {now}"));
                last = now;
            }

            _ = await Task.WhenAny(end, Task.Delay(Look));
        }

        return seen;
    }

    private int Place(MemberProcess member) => members.TakeWhile(other => other != member).Count();
}
