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
    /// <param name="log">The log.</param>
    /// <param name="clock">Tells how long a write takes; null for the system's.</param>
    public LogThread(IPumpedLog log, TimeProvider? clock = null)
    {
        _log = log;
        clock ??= TimeProvider.System;
        _writing = new("paxos-log", log, log.RunOnce, Drain, clock) { IsLent = true };
        _preparing = new("paxos-log-prepare", log, log.PrepareOnce, () => { }, clock);
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

    /// <summary>A thread that repeats a step while it does something, and sleeps until woken; or another thread that
    /// is lent for it.</summary>
    private sealed class Pump : ILentWork
    {
        // Who lends a thread is not to be kept: not by many steps, nor by a disk that takes its time.
        private const int LentStepsMax = 2;
        private static readonly TimeSpan LentStepMax = TimeSpan.FromMilliseconds(3);
        private readonly WakeSignal _signal = new();
        private readonly Turn _turn = new();
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly IPumpedLog _log;
        private readonly Func<bool> _step;
        private readonly Func<bool> _lentStep;
        private readonly Action _finish;
        private readonly TimeProvider _clock;
        private readonly Thread _thread;
        private volatile bool _isStopping;
        private volatile bool _isSlow;

        public Pump(string name, IPumpedLog log, Func<bool> step, Action finish, TimeProvider clock)
        {
            _log = log;
            _step = step;
            _lentStep = Step;
            _finish = finish;
            _clock = clock;
            _thread = NodeThread.New(Run, name);
        }

        /// <summary>Whether threads that may block do the steps that they bring.</summary>
        public bool IsLent { get; init; }

        public void Start() => _thread.Start();

        public void Wake()
        {
            if (!_turn.TryMark() && !(IsLent && !_isSlow && LentThread.MayBlock && LentThread.TryNote(this)))
            {
                Signal();
            }
        }

        public void Signal() => _signal.Set();

        public void RunHere()
        {
            // A full disk is looked at again in time, which the log's own thread keeps.
            if (!_turn.Run(_lentStep, LentStepsMax) || _log.RetryAfter is not null)
            {
                Signal();
            }
        }

        public Task StopAsync()
        {
            _isStopping = true;
            Signal();
            return _stopped.Task;
        }

        private void Run()
        {
            while (!_isStopping)
            {
                _signal.Take();
                _ = _turn.Run(_lentStep);
                if (!_isStopping)
                {
                    _signal.Wait(_log.RetryAfter ?? Timeout.InfiniteTimeSpan);
                }
            }

            _turn.End(); // a lent thread may be in a step
            _ = Guard(() =>
            {
                _finish();
                return false;
            });
            _stopped.SetResult();
        }

        // What became durable is news for a loop: this thread runs it.
        private bool Step()
        {
            LentThread.Begin();
            try
            {
                var began = _clock.GetTimestamp();
                var done = Guard(_step);
                if (done)
                {
                    _isSlow = _clock.GetElapsedTime(began) > LentStepMax;
                }

                return done;
            }
            finally
            {
                LentThread.End();
            }
        }

        private bool Guard(Func<bool> step)
        {
            try
            {
                return step();
            }
#pragma warning disable CA1031 // whatever it is, the log must not go on (R1), and the process need not end
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _log.Fail($"The log's thread failed: {exception}");
                return false;
            }
        }
    }
}
