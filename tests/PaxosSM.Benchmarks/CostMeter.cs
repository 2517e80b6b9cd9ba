using System.Diagnostics.Metrics;
using PaxosSM.Hosting;

namespace PaxosSM.Benchmarks;

/// <summary>Adds up what all nodes of this process count on the meter "PaxosSM".</summary>
internal sealed class CostMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _proposals;
    private long _passes;
    private long _frames;
    private long _bytes;

    public CostMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MetricsEventSink.MeterName && IsCounted(instrument.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        _listener.Start();
    }

    public Costs Read()
    {
        // Observed counters tell their whole sum each time.
        (_frames, _bytes) = (0, 0);
        _listener.RecordObservableInstruments();
        return new(
            Interlocked.Read(ref _proposals),
            Interlocked.Read(ref _passes),
            _frames,
            _bytes,
            Environment.CpuUsage.TotalTime);
    }

    public void Dispose() => _listener.Dispose();

    private static bool IsCounted(string name) => name is "paxossm.proposals" or "paxossm.passes"
        or "paxossm.transport.frames.out" or "paxossm.transport.bytes.out";

    private void Add(string name, long value)
    {
        switch (name)
        {
            case "paxossm.proposals":
                Interlocked.Add(ref _proposals, value);
                break;
            case "paxossm.passes":
                Interlocked.Add(ref _passes, value);
                break;
            case "paxossm.transport.frames.out":
                _frames += value;
                break;
            default:
                _bytes += value;
                break;
        }
    }
}
