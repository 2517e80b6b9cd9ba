namespace PaxosSM.Hosting.Tests;

/// <summary>What a command may allocate: a guard against what creeps in, deterministic where a speed is not.</summary>
public sealed class AllocationTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Outstanding = 256;
    private const int Each = 200;

    // About twice what it was when last looked at: command and result as bytes at three replicas, and what a batch
    // costs.
    private const double BytesMax = 1200;

    [Fact]
    public async Task A_command_allocates_little_at_three_replicas_and_its_client_together()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: new()
        {
            Configure = options => options.Durability = Durability.Volatile,
        });
        await using var client = cluster.CreateClient();
        await RunAsync(client);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(client);
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(Outstanding * Each);
        output.WriteLine($"{bytes:F0} bytes a command");
        Assert.True(bytes < BytesMax, $"{bytes:F0} bytes a command, {BytesMax} allowed");
    }

    private static Task RunAsync(IPaxosClient client) => Task.WhenAll(Enumerable.Range(0, Outstanding).Select(
        async worker =>
        {
            var command = SumMachine.Add(worker);
            for (var sent = 0; sent < Each; sent++)
            {
                _ = await client.ExecuteAsync(command);
            }
        }));
}
