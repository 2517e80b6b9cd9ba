using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace PaxosSM.Hosting.Tests.Outboxes;

/// <summary>Outboxes in the generic host.</summary>
public sealed class OutboxHostTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("paxossm-outbox-");
    private readonly KeptReceiver _receiver = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_handler_among_the_services_delivers_and_one_that_keeps_failing_shows_in_the_health_check()
    {
        _receiver.BeforeConfirm = (_, _) => throw new IOException("the bank is closed");
        using var host = NewHost();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IPaxosClient>();
        _ = await NoticeMachine.Connect(client).ExecuteAsync(new("bank", "hello"));
        var node = host.Services.GetRequiredService<PaxosNode>();
        await OutboxBench.Eventually(() => node.StoppedDeliveries.Count == 1, "nothing tells of the bank");
        Assert.Contains(
            "to 'bank': failed 2 times, at last: the bank is closed",
            await DegradedAsync(host),
            StringComparison.Ordinal);

        _receiver.BeforeConfirm = (_, _) => Task.CompletedTask;
        node.ResumeDeliveries();
        await DrainedAsync(client);
        Assert.Equal(["hello"], _receiver.TextsFor("bank"));
        Assert.Empty(node.StoppedDeliveries);
        await host.StopAsync();
    }

    private static async Task<string?> DegradedAsync(IHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Degraded, report.Status);
        return report.Entries["paxossm"].Description;
    }

    private static async Task DrainedAsync(IPaxosClient client)
    {
        OutboxClient outbox = new(client);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while ((await outbox.DestinationsAsync(1, cancellationToken: patience.Token)).Count > 0)
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private IHost NewHost()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IOutboxHandler>(_receiver).AddPaxosSM(cluster => cluster
            .Cluster("hosted").Member("a", "127.0.0.1:1").Self("a").Listen("127.0.0.1:0").Data(_folder.FullName)
            .Option("electionTimeout", "300ms").Option("outboxAttemptsMax", "2").Option("outboxRetryDelay", "1ms")
            .StateMachine<NoticeMachine>());
        return builder.Build();
    }
}
