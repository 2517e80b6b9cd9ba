using System.Diagnostics.Metrics;

namespace PaxosSM.Transport.Tcp;

/// <summary>The transport's figures. They are read off the counters that its parts keep anyway: counting costs nothing
/// on the way of a frame.</summary>
internal sealed class TransportMetrics : IDisposable
{
    private readonly Func<IEnumerable<Peer>> _peers;
    private readonly Meter? _own;

    public TransportMetrics(Meter? meter, Func<IEnumerable<Peer>> peers, Func<long> refusals)
    {
        _peers = peers;
        _own = meter is null ? new("PaxosSM") : null;
        meter ??= _own!;
        Observe(meter, "paxossm.transport.frames.out", "{frame}", "Frames sent", peer => peer.Sender.Frames);
        Observe(meter, "paxossm.transport.bytes.out", "By", "Bytes sent", peer => peer.Sender.Bytes);
        Observe(meter, "paxossm.transport.frames.in", "{frame}", "Frames received", peer => peer.FramesIn);
        Observe(meter, "paxossm.transport.bytes.in", "By", "Bytes received", peer => peer.BytesIn);
        Observe(meter, "paxossm.transport.dropped", "{frame}", "Frames without room", peer => peer.Sender.Dropped);
        Observe(meter, "paxossm.transport.connects", "{connection}", "Connections made", peer => peer.Connects);
        meter.CreateObservableCounter("paxossm.transport.refusals", refusals, "{connection}", "Connections refused");
    }

    public void Dispose() => _own?.Dispose();

    private void Observe(Meter meter, string name, string unit, string description, Func<Peer, long> read) =>
        meter.CreateObservableCounter(
            name, () => _peers().Select(peer => Measure(peer, read(peer))), unit, description);

    private static Measurement<long> Measure(Peer peer, long value) =>
        new(value, new KeyValuePair<string, object?>("peer", peer.Member.Name));
}
