namespace PaxosSM.Runtime;

/// <summary>Takes the core's events: logs, metrics, dashboards, traces.</summary>
public interface IProtocolEventSink
{
    /// <summary>Something happened in a group on this node. Called on the node's loop, in order; must be quick and must
    /// not throw.</summary>
    void On(GroupId group, ProtocolEvent happened);
}
