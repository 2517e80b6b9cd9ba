using PaxosSM.Client;

namespace PaxosSM.Testing.Simulation;

/// <summary>Counts what becomes of a process' deliveries. Once the world is whole, somebody resumes what was left
/// alone.</summary>
internal sealed class DeliveryWatch(SimulatedCluster cluster, SimulatedProcess process) : IOutboxObserver
{
    public void Delivered(GroupId group) => cluster.Log.Count("effects confirmed");

    public void Failed(OutboxEntry entry, int attempts, TimeSpan pause, Exception? why) =>
        cluster.Log.Count("deliveries that failed");

    public void Stopped(StoppedDelivery delivery)
    {
        cluster.Log.Count("destinations left alone");
        if (cluster.Log.IsTraced)
        {
            cluster.Log.Tell(process.Node.Name, $"leaves '{delivery.Destination}' alone: it {delivery.Why}");
        }

        if (cluster.Plan.Outbox.AttemptsMax == 0)
        {
            cluster.World.Break(
                "R27 deliveries go on", $"{process.Node.Name} stops at {delivery.Token}: it {delivery.Why}");
        }
        else if (cluster.IsWhole)
        {
            process.Outboxes!.Resume(); // they tell
        }
    }

    public void Unreadable(GroupId group, TimeSpan pause, Exception? why)
    {
        cluster.Log.Count("outboxes not read or acknowledged");
        if (cluster.Log.IsTraced)
        {
            cluster.Log.Tell(process.Node.Name, $"can't read the outbox of {group}: {why?.Message}");
        }
    }
}
