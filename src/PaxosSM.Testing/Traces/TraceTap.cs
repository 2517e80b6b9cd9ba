using PaxosSM.Runtime;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>Gives the events of one life of a node to a checker as they are told: what a simulator attaches to each
/// replica.</summary>
/// <remarks>Attach it as the replica's sink and, by <see cref="TracedExecution"/>, to its executor: without what is
/// applied half of the rules see nothing. All taps of a checker share one thread.</remarks>
/// <param name="checker">Judges.</param>
/// <param name="origin">The life.</param>
/// <param name="now">The time, in microseconds.</param>
public sealed class TraceTap(TraceChecker checker, TraceOrigin origin, Func<long> now) : IProtocolEventSink
{
    private long _sequence;

    /// <inheritdoc/>
    public void On(GroupId group, ProtocolEvent happened) =>
        _ = checker.On(new(++_sequence, now(), group, origin, happened));
}
