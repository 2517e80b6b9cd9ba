namespace PaxosSM.Runtime;

/// <summary>Takes the core's events: logs, metrics, dashboards, traces.</summary>
public interface IProtocolEventSink
{
    /// <summary>Whether it wants what happens for each slot: <see cref="Proposed"/>, <see cref="SlotVoted"/>,
    /// <see cref="Counted"/>, <see cref="FrontierMoved"/>. Asked before each round, on the node's loop; where no sink
    /// wants them, they are not made.</summary>
    bool WantsSlots => true;

    /// <summary>Something happened in a group on this node. Called on the node's loop, in order; must be quick and must
    /// not throw.</summary>
    void On(GroupId group, ProtocolEvent happened);
}
