namespace PaxosSM.Runtime.Execution;

/// <summary>Runs an <see cref="ApplyLoop"/> on a thread of its own until it is disposed; a second one takes its place
/// while it runs what its results end.</summary>
/// <remarks>One is on duty, and it alone runs the loop. It goes off duty only where the other stands by: users' code
/// never keeps the executor, however long it takes.</remarks>
public sealed class ApplyThread : IAsyncDisposable
{
    // A snapshot that waits for its back-off is looked after this often.
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(1);
    private readonly ApplyLoop _loop;
    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Member _onDuty;
    private Member? _standby;
    private bool _hasSecond;
    private volatile bool _stopping;

    /// <summary>A thread for a loop; see <see cref="Start"/>.</summary>
    public ApplyThread(ApplyLoop loop, string name)
    {
        _loop = loop;
        _name = name;
        _onDuty = new(this, name);
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

        Wake();
        if (_onDuty.Thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _loop.Stop();
            return;
        }

        await _ended.Task.ConfigureAwait(false);
    }

    // Who goes off duty meanwhile either sees the signal, or is seen to have gone.
    private void Wake()
    {
        Member woken;
        do
        {
            woken = Volatile.Read(ref _onDuty);
            woken.Signal.Set();
        }
        while (woken != Volatile.Read(ref _onDuty));
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
            _loop.Stop();
            _ended.SetResult();
        }
    }

    // Returns whether there may be more to do.
    private bool RunOnce(Member self)
    {
        SpareThread.Begin();
        var found = _loop.RunOnce();
        var kept = SpareThread.End();
        if (kept.Count == 0)
        {
            return found;
        }

        var goes = !_loop.IsDue && TryGoOffDuty(self);
        LentThread.MayBlock = goes;
        foreach (var work in kept)
        {
            if (goes)
            {
                work.RunHere();
            }
            else
            {
                work.Signal();
            }
        }

        SpareThread.Clear();
        LentThread.MayBlock = false;
        if (goes)
        {
            StandBy(self);
        }

        return true;
    }

    private bool TryGoOffDuty(Member self)
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
            if (self.Signal.IsSet)
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
        public Member(ApplyThread crew, string name) => Thread = new(() =>
        {
            if (this != crew._onDuty)
            {
                crew.StandBy(this);
            }

            crew.Run(this);
        })
        {
            IsBackground = true,
            Name = name,
        };

        public WakeSignal Signal { get; } = new();

        public Thread Thread { get; }
    }
}
