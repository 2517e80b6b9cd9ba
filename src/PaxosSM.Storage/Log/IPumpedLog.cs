using PaxosSM.Runtime.Ports;

namespace PaxosSM.Storage;

/// <summary>A log without threads: someone pumps it, a <see cref="LogThread"/> or a simulation's loop.</summary>
/// <remarks><see cref="RunOnce"/> and <see cref="PrepareOnce"/> each on one thread at a time; nothing runs inside
/// <see cref="IDurableLog.Append"/>.</remarks>
public interface IPumpedLog : IDurableLog
{
    /// <summary>After which time a step that could do nothing is worth another try; null when only a wake-up changes
    /// anything.</summary>
    TimeSpan? RetryAfter { get; }

    /// <summary>Makes the next round of appends durable and calls them back.</summary>
    /// <returns>Whether anything was done: if so, call again.</returns>
    bool RunOnce();

    /// <summary>Does a piece of the work that need not be waited for: makes a segment, deletes one.</summary>
    /// <returns>Whether anything was done: if so, call again.</returns>
    bool PrepareOnce();

    /// <summary>Has two threads instead of one: <paramref name="wake"/> is called when <see cref="RunOnce"/> has work,
    /// <paramref name="wakePreparer"/> when <see cref="PrepareOnce"/> has. Without this, <see cref="RunOnce"/> prepares
    /// in line.</summary>
    void Attach(Action wake, Action wakePreparer);

    /// <summary>Stops the log for good, as a failed flush does (R1).</summary>
    void Fail(string why);
}
