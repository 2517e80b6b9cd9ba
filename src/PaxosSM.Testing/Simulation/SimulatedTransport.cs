using PaxosSM.Messages;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Testing.Simulation;

/// <summary>A process' way to the other members.</summary>
internal sealed class SimulatedTransport(SimulatedProcess process, SimulatedCluster cluster) : ITransport
{
    public Task StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken) =>
        throw new NotSupportedException("a simulated process receives without a start");

    public bool Send(NodeId to, GroupId group, Epoch epoch, Message message) =>
        process.CountEffect() && cluster.Find(to) is { } peer
            && cluster.Network.Between(process.Node, peer).Send(group, epoch, message);

    public void Flush()
    {
        // Every message leaves at once.
    }

    public PeerStatus StatusOf(NodeId peer)
    {
        var direction = cluster.Network.Between(process.Node, cluster.Find(peer)!); // members only are asked for
        var since = DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(direction.Since);
        return new(direction.IsUp, since, direction.Detail);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
