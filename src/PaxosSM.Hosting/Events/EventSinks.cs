using PaxosSM.Runtime;

namespace PaxosSM.Hosting;

/// <summary>Gives every event to several sinks, in order.</summary>
/// <param name="sinks">The sinks.</param>
internal sealed class EventSinks(IReadOnlyList<IProtocolEventSink> sinks) : IProtocolEventSink
{
    private readonly IProtocolEventSink[] _sinks = [.. sinks];

    public bool WantsSlots => Array.Exists(_sinks, sink => sink.WantsSlots);

    public void On(GroupId group, ProtocolEvent happened)
    {
        foreach (var sink in _sinks)
        {
            sink.On(group, happened);
        }
    }
}
