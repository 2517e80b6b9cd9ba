using System.Buffers;

namespace PaxosSM.Hosting.Tests;

/// <summary>What a command may allocate: a guard against what creeps in, deterministic where a speed is not. Each bound
/// is about twice what it was when last looked at.</summary>
public sealed class AllocationTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Each = 200;
    private const int WarmUpRuns = 6;

    [Fact]
    public async Task A_command_allocates_little_at_three_replicas_and_its_client_together()
    {
        await using var cluster = await StartAsync<SumMachine>();
        await using var client = cluster.CreateClient();
        await AssertAllocatesAsync(client, outstanding: 256, bytesMax: 600);
    }

    [Fact]
    public async Task With_many_outstanding_at_the_leader_hardly_more_than_a_share_of_each_round()
    {
        await using var cluster = await StartAsync<SilentMachine>();
        await using var client = cluster.Leader!.CreateClient(); // the start waited for it
        await AssertAllocatesAsync(client, outstanding: 1024, bytesMax: 24);
    }

    private static Task<PaxosCluster> StartAsync<TMachine>()
        where TMachine : class, IStateMachine, new() => PaxosCluster.StartEmbeddedAsync<TMachine>(options: new()
        {
            Configure = options =>
            {
                options.Durability = Durability.Volatile;

                // What is behind a snapshot lends its memory to what comes.
                options.Snapshots = options.Snapshots with { LogBytesMin = 1 << 20 };
            },
        });

    private async Task AssertAllocatesAsync(IPaxosClient client, int outstanding, double bytesMax)
    {
        for (var run = 0; run < WarmUpRuns; run++)
        {
            await RunAsync(client, outstanding);
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(client, outstanding);
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(outstanding * Each);
        output.WriteLine($"{bytes:F1} bytes a command");
        Assert.True(bytes < bytesMax, $"{bytes:F1} bytes a command, {bytesMax} allowed");
    }

    // Apart from the test's own context, through which each step would be posted.
    private static Task RunAsync(IPaxosClient client, int outstanding) => Task.WhenAll(
        Enumerable.Range(0, outstanding).Select(worker => Task.Run(async () =>
        {
            var command = SumMachine.Add(worker);
            for (var sent = 0; sent < Each; sent++)
            {
                _ = await client.ExecuteAsync(command);
            }
        })));

    // What it is told it forgets: nothing is allocated but by who tells it.
    private sealed class SilentMachine : IStateMachine
    {
        public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
        {
            // No result.
        }

        public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
        {
            // No result.
        }

        public ISnapshotWriter BeginSnapshot() => new Nothing();

        public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        private sealed class Nothing : ISnapshotWriter
        {
            public ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken) =>
                ValueTask.CompletedTask;

            public void Dispose()
            {
                // It holds nothing.
            }
        }
    }
}
