using System.Globalization;
using System.Runtime.CompilerServices;
using PaxosSM.Hosting;

namespace PaxosSM.Benchmarks;

/// <summary>PaxosSM as one of the compared systems: a node a process, the load within the leader's.</summary>
internal static class PaxosPeer
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task<int> RunAsync(PeerOptions options, CancellationToken cancel)
    {
        HashMachine machine = new();
        await using PaxosNode node = new(SettingsOf(options), () => machine);
        await node.StartAsync(cancel);
        await Console.Out.WriteLineAsync("READY");
        await node.Ready.WaitAsync(cancel);
        while (node.Status is not { } status || status.Leader != status.Self)
        {
            await Task.Delay(Pause, cancel);
        }

        await using var client = node.CreateClient();
        ClosedLoad load = new(options, command => ExecuteAsync(client, command));
        using CostMeter meter = new();
        await load.RunAsync(() => machine.Count, () => meter.Read().Proposals, Console.Out);
        await Task.Delay(Timeout.Infinite, cancel);
        return 0;
    }

    // Pooled: what is measured is what the client allocates, not what measures it.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask ExecuteAsync(IPaxosClient client, ReadOnlyMemory<byte> command) =>
        _ = await client.ExecuteAsync(command, CancellationToken.None).ConfigureAwait(false);

    /// <summary>The settings of a node.</summary>
    public static PaxosOptions SettingsOf(PeerOptions options)
    {
        PaxosOptions settings = new()
        {
            Cluster = "benchmark",
            Self = NameOf(options.Id),
            Data = Path.Combine(options.Directory, "data"),
            Durability = options.Durable ? Durability.Synced : Durability.Volatile,
        };
        for (var id = 0; id < options.Nodes; id++)
        {
            settings.Members.Add(new(NameOf(id), $"127.0.0.1:{options.BasePort + id}"));
        }

        return settings;
    }

    private static string NameOf(int id) => string.Create(CultureInfo.InvariantCulture, $"n{id}");
}
