using Microsoft.Extensions.Logging;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Hosting;

/// <summary>Who is told what happens on a node: log, metrics, the host's own, and a trace if one is wanted.</summary>
internal sealed class NodeEvents : IDisposable
{
    private readonly TraceFile? _trace;

    public NodeEvents(NodeContext node, NodeMembers members)
    {
        List<IProtocolEventSink> sinks =
        [
            new LoggingEventSink(node.Services.LoggerFactory.CreateLogger<LoggingEventSink>(), node.Name),
            new MetricsEventSink(node.Meter, node.Name),
            .. node.Services.EventSinks,
        ];
        if (node.Outboxes is { } outboxes)
        {
            sinks.Add(outboxes);
        }

        Observer = node.Log;
        if (node.Options.Trace.Length > 0)
        {
            TraceOrigin origin = new(members.Configuration.Epoch, members.Self.Node, members.Self.Incarnation);
            _trace = new(node.Options.Trace, origin, node.Time, node.Log.TraceStopped);
            sinks.Add(_trace);
            Observer = new TracedExecution(node.Log, _trace);
        }

        Sinks = new(sinks);
    }

    /// <summary>Takes the core's events.</summary>
    public EventSinks Sinks { get; }

    /// <summary>Is told what the executor does.</summary>
    public IExecutionObserver Observer { get; }

    public void Dispose() => _trace?.Dispose();
}
