using System.Globalization;
using PaxosSM.Hosting;

namespace PaxosSM.Benchmarks;

/// <summary>PaxosSM as one of the compared systems: a node a process, the load within the leader's.</summary>
internal static class PaxosPeer
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan NodeWarmUp = TimeSpan.FromSeconds(15);

    /// <summary>Its node warms up before it listens.</summary>
    public static Task<int> RunAsync(PeerOptions options, CancellationToken cancel) =>
        RunAsync(options, NodeWarmUp, cancel);

    /// <summary>Its node starts cold, as by default.</summary>
    public static Task<int> RunColdAsync(PeerOptions options, CancellationToken cancel) =>
        RunAsync(options, TimeSpan.Zero, cancel);

    private static async Task<int> RunAsync(PeerOptions options, TimeSpan warmUp, CancellationToken cancel)
    {
        HashMachine machine = new(options.StateBytes);
        var settings = SettingsOf(options);
        settings.WarmUp = warmUp;
        await using PaxosNode node = new(settings, () => machine);
        await node.StartAsync(cancel);
        await Console.Out.WriteLineAsync("READY");
        await node.Ready.WaitAsync(cancel);
        while (node.Status is not { } status || status.Leader != status.Self)
        {
            await Task.Delay(Pause, cancel);
        }

        await using var client = node.CreateClient();
        if (options.Rate > 0)
        {
            OpenLoad<CommandResult> arrivals = new(options, command => client.ExecuteAsync(command));
            await arrivals.RunAsync(() => machine.Count, () => machine.Snapshots, Console.Out);
        }
        else
        {
            ClosedLoad<CommandResult> load = new(options, command => client.ExecuteAsync(command));
            await load.RunAsync(() => machine.Count, () => node.Status?.Applied.Index ?? 0, Console.Out);
        }

        await Task.Delay(Timeout.Infinite, cancel);
        return 0;
    }

    /// <summary>The members' settings, at one of them: the defaults, where it was told nothing else.</summary>
    public static PaxosOptions SettingsOf(PeerOptions options)
    {
        PaxosOptions settings = new()
        {
            Cluster = "benchmark",
            Self = NameOf(options.Id),
            Data = Path.Combine(options.Directory, "data"),
            Durability = options.Durable ? Durability.Synced : Durability.Volatile,
            Trace = options.Trace is { } trace ? Path.Combine(trace, NameOf(options.Id)) : string.Empty,
        };
        for (var id = 0; id < options.Nodes; id++)
        {
            settings.Members.Add(new(NameOf(id), $"127.0.0.1:{options.BasePort + id}"));
        }

        if (options.SnapshotBytes > 0)
        {
            var most = settings.Snapshots.LogBytesMax;
            settings.Snapshots = settings.Snapshots with { LogBytesMin = Math.Min(options.SnapshotBytes, most) };
        }

        if (options.Tuned)
        {
            Tune(settings);
        }

        return settings;
    }

    // Leases are shorter than an election timeout, and a client asks again sooner than an election takes.
    private static void Tune(PaxosOptions settings)
    {
        settings.Protocol = settings.Protocol with
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(15),
            ElectionTimeout = TimeSpan.FromMilliseconds(150),
            LeaseDuration = TimeSpan.FromMilliseconds(100),
            LeaseDriftMax = TimeSpan.FromMilliseconds(10),
            ResendInterval = TimeSpan.FromMilliseconds(50),
        };
        settings.Client = settings.Client with { ResendInterval = TimeSpan.FromMilliseconds(100) };
    }

    private static string NameOf(int id) => string.Create(CultureInfo.InvariantCulture, $"n{id}");
}
