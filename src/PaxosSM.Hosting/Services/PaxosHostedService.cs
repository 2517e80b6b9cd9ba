using Microsoft.Extensions.Hosting;

namespace PaxosSM.Hosting;

/// <summary>Starts and stops the node with the host. The start does not wait for other members.</summary>
/// <param name="node">The node.</param>
internal sealed class PaxosHostedService(PaxosNode node) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => node.StartAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken) => await node.DisposeAsync().ConfigureAwait(false);
}
