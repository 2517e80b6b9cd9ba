using PaxosSM.Log;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Storage;

/// <summary>Keeps nothing: for groups whose durability is that a quorum lives (R26, <c>Volatile</c>).</summary>
/// <remarks>It has no thread, like <see cref="WriteAheadLog"/>: callbacks never come inside <see cref="Append"/>, and
/// come in order.</remarks>
public sealed class VolatileLog : IPumpedLog
{
    private const int RoundBytes = 4 * 1024 * 1024;
    private readonly AppendQueue _queue;
    private readonly List<PendingAppend> _round = [];
    private Action? _wake;
    private string? _failure;

    /// <summary>A log that keeps nothing.</summary>
    public VolatileLog(TimeProvider? time = null) => _queue = new(time ?? TimeProvider.System);

    /// <inheritdoc/>
    public string? Failure => Volatile.Read(ref _failure);

    /// <inheritdoc/>
    public LogStall? Stall => _queue.Stall(Failure ?? "its turn");

    /// <inheritdoc/>
    public TimeSpan? RetryAfter => null;

    /// <inheritdoc/>
    public IReadOnlyList<RecoveredRecord> TakeRecovered(GroupId group) => [];

    /// <inheritdoc/>
    public IReadOnlyList<GroupId> RecoveredGroups => [];

    /// <inheritdoc/>
    public void Forget(GroupId group)
    {
    }

    /// <inheritdoc/>
    public void Append(GroupId group, IReadOnlyList<DurableWrite> writes, Action durable)
    {
        if (_queue.Add(group, writes, durable))
        {
            Volatile.Read(ref _wake)?.Invoke();
        }
    }

    /// <inheritdoc/>
    public bool RunOnce()
    {
        if (Failure is not null)
        {
            return false;
        }

        _queue.Take(_round, _ => 1, RoundBytes);
        if (_round.Count == 0)
        {
            return false;
        }

        foreach (var append in _round)
        {
            append.Durable();
        }

        _round.Clear();
        _queue.Finish();
        return true;
    }

    /// <inheritdoc/>
    public bool PrepareOnce() => false;

    /// <inheritdoc/>
    public void Attach(Action wake, Action wakePreparer) => Volatile.Write(ref _wake, wake);

    /// <inheritdoc/>
    public void Fail(string why) => Interlocked.CompareExchange(ref _failure, why, null);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Fail("The log is closed.");
        _queue.Close();
        return ValueTask.CompletedTask;
    }
}
