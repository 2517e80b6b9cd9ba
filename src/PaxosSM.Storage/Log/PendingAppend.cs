using PaxosSM.Log;

namespace PaxosSM.Storage;

/// <summary>An append that is not durable yet.</summary>
internal readonly record struct PendingAppend(
    GroupId Group, IReadOnlyList<DurableWrite> Writes, Action Durable, long At);
