namespace PaxosSM.Runtime.Execution;

/// <summary>Runs an <see cref="ApplyLoop"/> on a thread of its own until it is disposed; a second one takes its place
/// while it runs what its results end, and threads that bring values apply them where that is quick.</summary>
/// <remarks>One of the two is on duty. It goes off duty only where the other stands by: users' code never keeps the
/// executor, however long it takes.</remarks>
public sealed class ApplyThread : ILentWork, IAsyncDisposable
{
    // A snapshot that waits for its back-off is looked after this often.
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(1);

    // Who lends a thread is not to be kept: not by many rounds, nor by a machine that takes its time.
    private const int LentRoundsMax = 2;
    private static readonly TimeSpan LentRoundMax = TimeSpan.FromMilliseconds(2);
    private readonly ApplyLoop _loop;
    private readonly string _name;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly Turn _turn = new();
    private readonly Func<bool> _runRound;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Member _onDuty;
    private Member? _standby;
    private bool _hasSecond;
    private volatile bool _stopping;
    private volatile bool _isSlow;

    /// <summary>A thread for a loop; see <see cref="Start"/>.</summary>
    /// <param name="loop">What it runs.</param>
    /// <param name="name">Its name, for debuggers.</param>
    /// <param name="clock">Tells how long rounds take; null for the system's.</param>
    public ApplyThread(ApplyLoop loop, string name, TimeProvider? clock = null)
    {
        _loop = loop;
        _name = name;
        _clock = clock ?? TimeProvider.System;
        _onDuty = new(this, name);
        _runRound = RunRound;
        _loop.Wake = Wake;
    }

    /// <summary>Starts it.</summary>
    public void Start() => _onDuty.Thread.Start();

    /// <summary>Ends the loop after the round that it is in, and tells the queries that wait.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            _standby?.Signal.Set();
        }

        Signal();
        if (_onDuty.Thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            EndLoop();
            return;
        }

        await _ended.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void RunHere()
    {
        if (!_turn.Run(_runRound, LentRoundsMax))
        {
            Signal();
        }
    }

    /// <inheritdoc/>
    public void Signal()
    {
        // Who goes off duty meanwhile either sees the signal, or is seen to have gone.
        Member woken;
        do
        {
            woken = Volatile.Read(ref _onDuty);
            woken.Signal.Set();
        }
        while (woken != Volatile.Read(ref _onDuty));
    }

    private void Wake()
    {
        if (!_turn.TryMark() && (_isSlow || !LentThread.TryNoteLast(this)))
        {
            Signal();
        }
    }

    private void Run(Member self)
    {
        while (!_stopping)
        {
            self.Signal.Take();
            if (self != Volatile.Read(ref _onDuty) || (!RunOnce(self) && !_stopping))
            {
                self.Signal.Wait(IdleMax);
            }
        }

        if (TryEnd(self))
        {
            EndLoop();
            _ended.SetResult();
        }
    }

    private void EndLoop()
    {
        _turn.End(); // a lent thread may be in a round
        _loop.Stop();
    }

    private bool RunRound()
    {
        var began = _clock.GetTimestamp();
        var found = _loop.RunOnce();
        if (found)
        {
            _isSlow = _clock.GetElapsedTime(began) > LentRoundMax;
        }

        return found;
    }

    // Returns whether there may be more to do.
    private bool RunOnce(Member self)
    {
        SpareThread.Begin();
        var isDone = _turn.Run(_runRound, stepsMax: 1);
        var goes = SpareThread.HasKept && !_loop.IsDue && TryGoOffDuty(self, isDone);
        LentThread.MayBlock = goes;
        SpareThread.End(goes ? int.MaxValue : 0);
        LentThread.MayBlock = false;
        if (goes)
        {
            StandBy(self);
        }

        return goes || !isDone;
    }

    // What came during its round left a mark, what came after it a signal: both are the other's now.
    private bool TryGoOffDuty(Member self, bool isDone)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return false;
            }

            if (_standby is not { } other)
            {
                if (!_hasSecond)
                {
                    _hasSecond = true;
                    new Member(this, $"{_name} (2)").Thread.Start();
                }

                return false;
            }

            _standby = null;
            _ = Interlocked.Exchange(ref _onDuty, other);
            if (!isDone || self.Signal.IsSet)
            {
                other.Signal.Set();
            }

            return true;
        }
    }

    private void StandBy(Member self)
    {
        lock (_gate)
        {
            _standby = self;
        }
    }

    // Returns whether it is on duty: nobody takes that over any more.
    private bool TryEnd(Member self)
    {
        lock (_gate)
        {
            return self == _onDuty;
        }
    }

    private sealed class Member
    {
        public Member(ApplyThread crew, string name) => Thread = NodeThread.New(
            () =>
            {
                if (this != crew._onDuty)
                {
                    crew.StandBy(this);
                }

                crew.Run(this);
            },
            name);

        public WakeSignal Signal { get; } = new();

        public Thread Thread { get; }
    }
}
