using PaxosSM.Log;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Storage;

/// <summary>Drives a log by threads of its own: one writes, one prepares. Callbacks come on the writing one.</summary>
/// <remarks>Disposing it makes durable what was appended, where the disk lets it, and closes the log.</remarks>
public sealed class LogThread : IDurableLog
{
    private readonly IPumpedLog _log;
    private readonly Pump _writing;
    private readonly Pump _preparing;
    private int _isDisposed;

    /// <summary>Starts to drive a log, which belongs to this object from now on.</summary>
    public LogThread(IPumpedLog log)
    {
        _log = log;
        _writing = new("paxos-log", log, log.RunOnce, Drain);
        _preparing = new("paxos-log-prepare", log, log.PrepareOnce, () => { });
        log.Attach(_writing.Wake, _preparing.Wake);
        _writing.Start();
        _preparing.Start();
    }

    /// <inheritdoc/>
    public string? Failure => _log.Failure;

    /// <inheritdoc/>
    public LogStall? Stall => _log.Stall;

    /// <inheritdoc/>
    public IReadOnlyList<GroupId> Holders => _log.Holders;

    /// <inheritdoc/>
    public IReadOnlyList<RecoveredRecord> TakeRecovered(GroupId group) => _log.TakeRecovered(group);

    /// <inheritdoc/>
    public IReadOnlyList<GroupId> RecoveredGroups => _log.RecoveredGroups;

    /// <inheritdoc/>
    public void Forget(GroupId group) => _log.Forget(group);

    /// <inheritdoc/>
    public void Append(GroupId group, IReadOnlyList<DurableWrite> writes, Action durable) =>
        _log.Append(group, writes, durable);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _preparing.StopAsync().ConfigureAwait(false);
        await _writing.StopAsync().ConfigureAwait(false);
        await _log.DisposeAsync().ConfigureAwait(false);
    }

    private void Drain()
    {
        // The preparing thread is gone: what waits for a segment gets it here.
        while (_log.RunOnce() || (_log.Stall is not null && _log.PrepareOnce()))
        {
        }
    }

    /// <summary>A thread that repeats a step while it does something, and sleeps until woken.</summary>
    private sealed class Pump
    {
        private readonly WakeSignal _signal = new();
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly IPumpedLog _log;
        private readonly Func<bool> _step;
        private readonly Action _finish;
        private readonly Thread _thread;
        private bool _isAwake;
        private volatile bool _isStopping;

        public Pump(string name, IPumpedLog log, Func<bool> step, Action finish)
        {
            _log = log;
            _step = step;
            _finish = finish;
            _thread = new(Run) { IsBackground = true, Name = name };
        }

        public void Start() => _thread.Start();

        public void Wake()
        {
            if (!Volatile.Read(ref _isAwake))
            {
                Volatile.Write(ref _isAwake, true);
                _signal.Set();
            }
        }

        public Task StopAsync()
        {
            _isStopping = true;
            _signal.Set();
            return _stopped.Task;
        }

        private void Run()
        {
            try
            {
                do
                {
                    while (Step())
                    {
                    }
                }
                while (Wait());
                _finish();
            }
#pragma warning disable CA1031 // whatever it is, the log must not go on (R1), and the process need not end
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _log.Fail($"The log's thread failed: {exception}");
            }

            _stopped.SetResult();
        }

        // What became durable is news for a loop: this thread runs it, unless there is more to write by now.
        private bool Step()
        {
            Volatile.Write(ref _isAwake, false);
            LentThread.Begin();
            try
            {
                return _step();
            }
            finally
            {
                LentThread.End(busy: Volatile.Read(ref _isAwake));
            }
        }

        private bool Wait()
        {
            _signal.Take();
            if (!Volatile.Read(ref _isAwake) && !_isStopping)
            {
                _signal.Wait(_log.RetryAfter ?? Timeout.InfiniteTimeSpan);
            }

            return Volatile.Read(ref _isAwake) || !_isStopping;
        }
    }
}
