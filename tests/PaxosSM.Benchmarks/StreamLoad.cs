using System.Diagnostics;
using PaxosSM.Hosting;

namespace PaxosSM.Benchmarks;

/// <summary>Clients at some nodes of a cluster, each with streams whose windows stay full.</summary>
internal sealed class StreamLoad : IAsyncDisposable
{
    private const int Window = 256;
    private const int CommandBytes = 64;
    private readonly IPaxosClient[] _clients;
    private readonly int _streamsPerClient;
    private long _answered;

    /// <summary>A load that does not run yet.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="places">The nodes that get the load.</param>
    /// <param name="streams">How many streams, all nodes together.</param>
    public StreamLoad(PaxosCluster cluster, IReadOnlyList<int> places, int streams)
    {
        _clients = [.. places.Select(place => cluster.Nodes[place]!.CreateClient())];
        _streamsPerClient = streams / places.Count;
    }

    /// <summary>Runs the load, and ends it when all that was sent is answered.</summary>
    /// <param name="warmUp">How long before it counts.</param>
    /// <param name="duration">How long it counts.</param>
    /// <param name="meter">Reads the costs.</param>
    public async Task<Turn> MeasureAsync(TimeSpan warmUp, TimeSpan duration, CostMeter meter)
    {
        using CancellationTokenSource stop = new();
        List<Task> running = [];
        foreach (var client in _clients)
        {
            for (var number = 0; number < _streamsPerClient; number++)
            {
                running.Add(Task.Run(() => SendAsync(client, stop.Token), CancellationToken.None));
            }
        }

        var turn = await CountAsync(warmUp, duration, meter);
        await stop.CancelAsync();
        await Task.WhenAll(running);
        return turn;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    private async Task<Turn> CountAsync(TimeSpan warmUp, TimeSpan duration, CostMeter meter)
    {
        await Task.Delay(warmUp);
        var (answered, costs, began) = (Interlocked.Read(ref _answered), meter.Read(), Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        return new(
            Interlocked.Read(ref _answered) - answered, Stopwatch.GetElapsedTime(began), meter.Read().Since(costs));
    }

    // A stream is answered in its order: who waits for the oldest keeps the window full.
    private async Task SendAsync(IPaxosClient client, CancellationToken stop)
    {
        await using var stream = await client.OpenStreamAsync(CancellationToken.None);
        Queue<Task<CommandResult>> sent = new(Window);
        var command = new byte[CommandBytes];
        while (!stop.IsCancellationRequested)
        {
            if (sent.Count == Window && sent.TryDequeue(out var oldest))
            {
                _ = await oldest;
                Interlocked.Increment(ref _answered);
            }

            sent.Enqueue(stream.ExecuteAsync(command, CancellationToken.None).AsTask());
        }

        while (sent.TryDequeue(out var left))
        {
            _ = await left;
        }
    }
}
