using PaxosSM.Log;

namespace PaxosSM.Runtime.Ports;

/// <summary>The log of a host: one device, one group commit, records of many groups.</summary>
/// <remarks>
/// <para>Order: records of one group are replayed in the order in which they were appended.</para>
/// <para>Failure: after a failed flush nothing is written or acknowledged any more (R1), and <see cref="Failure"/> says
/// why; a full disk is no failure: appended records wait, and <see cref="Stall"/> says for what.</para>
/// </remarks>
public interface IDurableLog : IAsyncDisposable
{
    /// <summary>Why the log stopped for good; null while it works.</summary>
    string? Failure { get; }

    /// <summary>What the oldest unfinished append has been waiting for, and since when; null when nothing
    /// waits.</summary>
    LogStall? Stall { get; }

    /// <summary>Groups whose old records hold much of the log that could be let go otherwise (R25): they should take
    /// snapshots, and trim. Some, if they are many; none where a log lets nothing pile up. Any thread.</summary>
    IReadOnlyList<GroupId> Holders => [];

    /// <summary>What was read back for a group when the log was opened, in order; once a group.</summary>
    /// <remarks>What was recovered has been rewritten and flushed where its flush was in doubt (R1).</remarks>
    IReadOnlyList<RecoveredRecord> TakeRecovered(GroupId group);

    /// <summary>The groups whose records nobody took yet, in order.</summary>
    IReadOnlyList<GroupId> RecoveredGroups { get; }

    /// <summary>A group is removed for good, and its number never given out again: its records may go, and none are
    /// read back. Never blocks; before it is durable a restart may find them still, and forgets them then.</summary>
    void Forget(GroupId group);

    /// <summary>Appends records, to be durable together; never blocks.</summary>
    /// <param name="group">The group.</param>
    /// <param name="writes">The records; the caller changes neither the list nor the records afterwards.</param>
    /// <param name="durable">Called once all of them are durable, on the log's own thread, in the order of the appends;
    /// never after a failure.</param>
    void Append(GroupId group, IReadOnlyList<DurableWrite> writes, Action durable);
}

/// <summary>An append that waits.</summary>
/// <param name="For">How long.</param>
/// <param name="Why">For what, in words: the flush, or space on the disk.</param>
public sealed record LogStall(TimeSpan For, string Why);
