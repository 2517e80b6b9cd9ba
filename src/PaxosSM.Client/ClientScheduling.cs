using System.Buffers.Binary;

namespace PaxosSM.Client;

/// <summary>Where the work of a client, or of who delivers outboxes, runs and its chance comes from: the thread pool
/// and the system, except in a simulation, which gives both.</summary>
/// <remarks>Given, the queue is the only place where a client runs anything but within a call, its timer's tick or its
/// channel's news: whoever empties it decides what happens next. Then a client is for one thread.</remarks>
internal sealed class ClientScheduling
{
    private readonly Action<Action>? _queue;
    private readonly SeededRandom? _random;

    /// <summary>Runs nothing on the thread pool.</summary>
    /// <param name="queue">Takes what is to run soon; must not run it within the call.</param>
    /// <param name="random">All chance.</param>
    public ClientScheduling(Action<Action> queue, SeededRandom random)
    {
        _queue = queue;
        _random = random;
    }

    private ClientScheduling()
    {
    }

    /// <summary>The thread pool.</summary>
    public static ClientScheduling Pool { get; } = new();

    /// <summary>Whether work goes to the thread pool: then so do continuations, by themselves.</summary>
    public bool IsPool => _queue is null;

    /// <summary>Runs a piece of work soon, not within the call.</summary>
    public void Run(IThreadPoolWorkItem work)
    {
        if (_queue is null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
        }
        else
        {
            _queue(work.Execute);
        }
    }

    /// <summary>The same for a send: no user's code runs within.</summary>
    public void Send(IThreadPoolWorkItem work)
    {
        if (IsPool)
        {
            ClientThread.Sends.Run(work);
        }
        else
        {
            Run(work);
        }
    }

    /// <summary>Time went by: no work waits for long behind other work.</summary>
    public void OnTick()
    {
        if (IsPool)
        {
            ClientThread.OnTickOfAll();
        }
    }

    /// <summary>Begins something that takes a while soon, not within the call.</summary>
    /// <returns>Completes with it.</returns>
    public Task StartAsync(Func<Task> work)
    {
        if (_queue is null)
        {
            return Task.Run(work);
        }

        TaskCompletionSource begin = new();
        _queue(begin.SetResult);
        return AfterAsync(begin.Task, work);
    }

    /// <summary>Completes after a while.</summary>
    /// <remarks>Beside the thread pool, what follows a cancellation follows within it, as what follows the time follows
    /// within the clock's call.</remarks>
    public async Task DelayAsync(TimeSpan span, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_queue is null)
        {
            await Task.Delay(span, time, cancellationToken).ConfigureAwait(false);
            return;
        }

        var source = NewSource<bool>();
        var timer = time.CreateTimer(_ => source.TrySetResult(true), null, span, Timeout.InfiniteTimeSpan);
        await using (timer.ConfigureAwait(false))
        {
            using var registration = cancellationToken.Register(() => source.TrySetCanceled(cancellationToken));
            _ = await source.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Waits for something that may not heed its token; see <see cref="DelayAsync"/>.</summary>
    public async Task WaitAsync(ValueTask awaited, CancellationToken cancellationToken)
    {
        if (_queue is null)
        {
            await awaited.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var source = NewSource<bool>();
        using var registration = cancellationToken.Register(() => source.TrySetCanceled(cancellationToken));
        await (await Task.WhenAny(awaited.AsTask(), source.Task).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Cancels; whoever waits for that goes on soon, not within the call.</summary>
    public Task CancelAsync(CancellationTokenSource source) => _queue is null
        ? source.CancelAsync()
        : StartAsync(() =>
        {
            source.Cancel();
            return Task.CompletedTask;
        });

    /// <summary>Completes what callers wait for; their continuations do not run within the call.</summary>
    public void Complete(Action complete)
    {
        if (_queue is null)
        {
            complete();
        }
        else
        {
            _queue(complete);
        }
    }

    /// <summary>What <see cref="Complete"/> completes.</summary>
    public TaskCompletionSource<T> NewSource<T>() =>
        new(IsPool ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);

    /// <summary>128 bits that nobody else has.</summary>
    public Guid NewNonce()
    {
        if (_random is null)
        {
            return Guid.NewGuid();
        }

        Span<byte> nonce = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, _random.Next());
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[sizeof(ulong)..], _random.Next());
        return new(nonce);
    }

    /// <summary>A number from 0 up to 1, not included.</summary>
    public double NextDouble()
    {
        const int FractionBits = 53;
        return _random is null
            ? Random.Shared.NextDouble()
            : (double)(_random.Next() >> (64 - FractionBits)) / (1L << FractionBits);
    }

    private static async Task AfterAsync(Task begin, Func<Task> work)
    {
        await begin.ConfigureAwait(false);
        await work().ConfigureAwait(false);
    }
}
