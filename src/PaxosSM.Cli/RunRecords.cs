using System.Buffers;
using System.Text.Json;
using PaxosSM.Runtime.Tracing;
using PaxosSM.Testing.Linearizability;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>What a run leaves behind: the trace of each life, as a process would write it, and what clients saw, as
/// lines and drawn.</summary>
internal sealed class RunRecords : IDisposable
{
    private readonly SortedDictionary<string, FileStream> _traces = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;
    private readonly string _folder;

    public RunRecords(string folder)
    {
        _folder = folder;
        _json = new(_line);
        _ = Directory.CreateDirectory(folder);
    }

    /// <summary>The settings, with a simulator that tells these records.</summary>
    public SimulateSettings Kept(SimulateSettings settings) => settings with
    {
        Simulate = (plan, trace) => Simulator.Run(plan, new() { Trace = trace, Events = On, Histories = On }),
    };

    public void Dispose()
    {
        foreach (var (_, trace) in _traces)
        {
            trace.Dispose();
        }

        _json.Dispose();
    }

    private void On(TraceEvent traced)
    {
        var name = $"{traced.Origin.Node}.{traced.Origin.Incarnation}.jsonl";
        if (!_traces.TryGetValue(name, out var trace))
        {
            _traces[name] = trace = File.Create(Path.Combine(_folder, name));
        }

        _line.ResetWrittenCount();
        TraceLine.Write(_line, _json, in traced);
        trace.Write(_line.WrittenSpan);
    }

    private void On(History history, IModel model, HistoryViolation? broken)
    {
        HistoryFormat.Write(history, Path.Combine(_folder, "history.jsonl"), model);
        TimelineDrawing.Write(Path.Combine(_folder, "history.html"), history, model, broken);
    }
}
