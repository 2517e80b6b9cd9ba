using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>One scale-out curve: which processes its points are made of.</summary>
/// <param name="Name">What grows, for people.</param>
/// <param name="Calls">What is counted.</param>
/// <param name="Command">The processes' command.</param>
/// <param name="Values">The points.</param>
/// <param name="Voters">How many processes vote, by the value; the first ones.</param>
/// <param name="Extra">How many more there are, by the value: if any, they are the ones that tell.</param>
/// <param name="Workers">How many workers each process that tells has, by the value.</param>
internal sealed record ScaleCurve(
    string Name,
    string Calls,
    string Command,
    IReadOnlyList<int> Values,
    Func<int, int> Voters,
    Func<int, int> Extra,
    Func<int, int> Workers)
{
    private const int Callers = 64;
    private const int Readers = 512;

    // Each process has its code to compile, on the cores that all share.
    private const double WarmUpSecondsEach = 1.5;

    public static IReadOnlyList<ScaleCurve> All { get; } =
    [
        new(
            "groups",
            "commands",
            ScalePeer.Groups,
            [1, 2, 4, 8, 16],
            _ => 3,
            _ => 0,
            groups => groups * ScalePeer.GroupWorkers),
        new("learners", "reads", ScalePeer.Learners, [1, 2, 4], _ => 3, learners => learners, _ => Readers),
        new("clients' processes", "commands", ScalePeer.Direct, [1, 2], _ => 3, clients => clients, _ => Callers),
        new("proxies", "commands", ScalePeer.Proxies, [1, 2], _ => 3, proxies => proxies, _ => Callers),
        new("replicas", "commands", Systems.Ours, [3, 5, 7], replicas => replicas, _ => 0, _ => Callers),
    ];

    public async Task<ScalePoint> MeasureAsync(int value, double seconds, string data, CancellationToken cancel)
    {
        var (voters, extra) = (Voters(value), Extra(value));
        string[] words =
        [
            Command, "--clients", Text(Workers(value)), "--secs", Text(seconds),
            "--warm", Text(WarmUpSecondsEach * (voters + extra)),
        ];
        using ProcessSet set = new(voters + extra, data, _ => words);
        List<MeasuredPoint> told = [];
        while (told.Count < Math.Max(1, extra))
        {
            told.Add(await set.NextAsync(cancel));
        }

        // Those that tell are ready at nearly the same moment; each tells of its own time.
        var leader = extra > 0 ? 0 : told[0].Teller;
        var spent = Enumerable.Range(0, voters + extra).Select(id => told.Average(point =>
            point.Spent[id].TotalMicroseconds / point.Seconds)).ToList();
        var rate = told.Sum(point => point.Rate);
        return new(
            Name,
            value,
            rate,
            told.Max(point => point.MedianMicroseconds),
            spent[leader] / rate,
            (spent.Take(voters).Sum() - spent[leader]) / rate,
            extra > 0 ? spent.Skip(voters).Sum() / rate : null,
            told.Sum(point => point.Errors));
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
