using System.Diagnostics.Metrics;

namespace PaxosSM.Hosting.Tests;

/// <summary>Listens to one meter.</summary>
internal sealed class Readings : IDisposable
{
    private readonly MeterListener _listener = new();

    public Readings(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
            {
                Names.Add(instrument.Name);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            Lines.Add($"{instrument.Name} {Show(tags)}: {value}"));
        _listener.Start();
    }

    /// <summary>The instruments, in the order in which they were made.</summary>
    public List<string> Names { get; } = [];

    /// <summary>What was measured: "name tag=value tag=value: measurement".</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Asks the gauges.</summary>
    /// <returns>What those told whose name begins so.</returns>
    public IEnumerable<string> Ask(string name)
    {
        Lines.Clear();
        _listener.RecordObservableInstruments();
        return Lines.Where(line => line.StartsWith(name, StringComparison.Ordinal));
    }

    public void Dispose() => _listener.Dispose();

    private static string Show(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        List<string> shown = [];
        foreach (var tag in tags)
        {
            shown.Add($"{tag.Key}={tag.Value}");
        }

        return string.Join(' ', shown);
    }
}
