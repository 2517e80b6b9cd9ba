using System.CommandLine;
using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>Latency at a rate that is held, of PaxosSM with snapshots going on and of the roofline, in turns: the rate
/// is a share of what PaxosSM can do, as measured first.</summary>
internal static class LatencyCommand
{
    // A log is made of new segments until the first ones can be used again.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaximumTime = TimeSpan.FromSeconds(4);

    public static Command Make()
    {
        Option<int> size = new("--size") { Description = "Bytes of a command.", DefaultValueFactory = _ => 64 };
        Option<int> clients = new("--clients")
        {
            Description = "Commands outstanding while the maximum is measured.",
            DefaultValueFactory = _ => 1024,
        };
        Option<double> share = new("--share")
        {
            Description = "Of the maximum, to be held.",
            DefaultValueFactory = _ => 0.5,
        };
        Option<double> rate = new("--rate") { Description = "Commands a second to be held; 0 takes the share." };
        Option<double> snapshots = new("--snapshot-seconds")
        {
            Description = "How often PaxosSM takes a snapshot.",
            DefaultValueFactory = _ => 2,
        };
        Option<int> state = new("--state-mib")
        {
            Description = "What each snapshot writes, in MiB.",
            DefaultValueFactory = _ => 16,
        };
        Option<int> young = new("--young-mib")
        {
            Description = "How much a process of either system allocates from one collection to the next, in MiB; "
                + "0: as by default.",
            DefaultValueFactory = _ => 0,
        };
        Option<int> rounds = new("--rounds") { Description = "Turns each.", DefaultValueFactory = _ => 3 };
        Option<double> seconds = new("--seconds") { Description = "How long a turn.", DefaultValueFactory = _ => 10 };
        var data = DiskFolder.Option();
        Command latency = new("latency", "Latency at a fixed rate, without coordinated omission.")
        {
            size, clients, share, rate, snapshots, state, young, rounds, seconds, data,
        };
        latency.SetAction(async (parsed, cancel) =>
        {
            var folder = parsed.GetRequiredValue(data);
            var held = parsed.GetValue(rate);
            if (held <= 0)
            {
                Point most = new(Durable: true, parsed.GetValue(size), parsed.GetValue(clients));
                var maximum = await PointRun.RunAsync(Systems.Ours, most, WarmUp, MaximumTime, folder);
                held = maximum.Rate * parsed.GetValue(share);
                await Console.Out.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"PaxosSM's maximum: {maximum.Rate:#,0}/s with {most.Clients} outstanding; held: {held:#,0}/s"));
            }

            var entry = CommandEntry.HeaderSize + parsed.GetValue(size);
            Point point = new(Durable: true, parsed.GetValue(size), OpenLoad.OutstandingMax)
            {
                Rate = held,
                SnapshotBytes = (long)(held * entry * parsed.GetValue(snapshots)),
                StateBytes = parsed.GetValue(state) << 20,
                Environment = CollectorOf(parsed.GetValue(young)),
            };
            LatencyRun run = new(point, WarmUp, TimeSpan.FromSeconds(parsed.GetValue(seconds)), folder);
            return await run.RunAsync(parsed.GetValue(rounds), Console.Out, cancel);
        });
        return latency;
    }

    // The runtime takes it from its environment only.
    private static Dictionary<string, string> CollectorOf(int youngMib) => youngMib == 0
        ? []
        : new() { ["DOTNET_GCgen0size"] = ((long)youngMib << 20).ToString("x", CultureInfo.InvariantCulture) };
}
