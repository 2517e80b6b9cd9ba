using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace PaxosSM.Hosting.Tests;

/// <summary>A node in the generic host.</summary>
public sealed class AddPaxosSMTests
{
    [Fact]
    public async Task A_host_serves_its_client_and_is_healthy()
    {
        var folder = Directory.CreateTempSubdirectory("paxossm-test-");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPaxosSM(cluster => cluster
            .Cluster("hosted").Member("a", "127.0.0.1:1").Self("a").Listen("127.0.0.1:0").Data(folder.FullName)
            .Option("electionTimeout", "300ms").StateMachine<SumMachine>());
        using (var host = builder.Build())
        {
            await host.StartAsync();
            var client = host.Services.GetRequiredService<IPaxosClient>();
            Assert.Equal(9, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(9))).Result));

            var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            Assert.Equal(HealthStatus.Healthy, report.Status);
            await host.StopAsync();
            Assert.Throws<ObjectDisposedException>(() => host.Services.GetRequiredService<PaxosNode>().Bind());
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Wrong_options_stop_the_host_at_its_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPaxosSM<SumMachine>(options => options.Self = "a");
        using var host = builder.Build();

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("no members are configured", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_without_a_machine_is_refused() =>
        Assert.Throws<PaxosConfigurationException>(
            () => new ServiceCollection().AddPaxosSM(cluster => cluster.Self("a")));
}
