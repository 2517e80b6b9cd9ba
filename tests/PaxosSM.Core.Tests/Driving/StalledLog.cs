using PaxosSM.Log;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Core.Tests.Driving;

/// <summary>A log whose oldest append has waited for so long.</summary>
internal sealed class StalledLog(TimeSpan waited) : IDurableLog
{
    public string? Failure => null;

    public LogStall? Stall { get; } = new(waited, "the flush");

    public IReadOnlyList<RecoveredRecord> TakeRecovered(GroupId group) => [];

    public IReadOnlyList<GroupId> RecoveredGroups => [];

    public void Forget(GroupId group)
    {
    }

    public void Append(GroupId group, IReadOnlyList<DurableWrite> writes, Action durable)
    {
    }

    public ValueTask DisposeAsync() => default;
}
