using System.Diagnostics.Metrics;
using PaxosSM.Client;

namespace PaxosSM.Hosting;

/// <summary>Tells log and meter what becomes of one node's deliveries.</summary>
internal sealed class OutboxEvents : IOutboxObserver
{
    private readonly NodeLog _log;
    private readonly KeyValuePair<string, object?> _node;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _stopped;

    public OutboxEvents(NodeLog log, Meter meter, string node)
    {
        _log = log;
        _node = new("node", node);
        _delivered = meter.CreateCounter<long>(
            "paxossm.outbox.delivered", "{entry}", "Outbox entries that receivers confirmed.");
        _failed = meter.CreateCounter<long>("paxossm.outbox.failed", "{try}", "Tries to deliver that failed.");
        _stopped = meter.CreateCounter<long>(
            "paxossm.outbox.stopped", "{destination}", "Destinations left alone after too many failed tries.");
    }

    public void Delivered(GroupId group) => Add(_delivered, group);

    public void Failed(OutboxEntry entry, int attempts, TimeSpan pause, Exception? why)
    {
        Add(_failed, entry.Token.Group);
        _log.DeliveryFailed(entry, attempts, pause, why);
    }

    public void Stopped(StoppedDelivery delivery)
    {
        Add(_failed, delivery.Token.Group);
        Add(_stopped, delivery.Token.Group);
        _log.DeliveryStopped(delivery);
    }

    public void Unreadable(GroupId group, TimeSpan pause, Exception? why) => _log.OutboxUnreadable(group, pause, why);

    private void Add(Counter<long> counter, GroupId group) => counter.Add(1, new("group", group.Value), _node);
}
