using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PaxosSM.Hosting;

/// <summary>Unhealthy when the node has failed or halted; degraded while it waits for members, a leader, or only
/// learns, and where an outbox is not delivered.</summary>
public sealed class PaxosHealthCheck : IHealthCheck
{
    private readonly PaxosNode _node;

    /// <summary>Checks a node.</summary>
    public PaxosHealthCheck(PaxosNode node) => _node = node;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (_node.Failure is { } failure)
        {
            return HealthCheckResult.Unhealthy(failure);
        }

        if (_node.Status is not { } status)
        {
            return HealthCheckResult.Degraded(_node.Waiting);
        }

        if (status.Leader == NodeId.None)
        {
            return HealthCheckResult.Degraded("no leader is known");
        }

        if (_node.StoppedDeliveries is [var stopped, ..])
        {
            return HealthCheckResult.Degraded($"nothing is delivered to '{stopped.Destination}': {stopped.Why}");
        }

        return _node.OnlyLearns is { } why
            ? HealthCheckResult.Degraded(why)
            : HealthCheckResult.Healthy($"{status.Leader} leads, applied through {status.Applied}");
    }
}
