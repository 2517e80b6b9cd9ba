using System.Threading.Tasks.Sources;

namespace PaxosSM.Client;

/// <summary>The caller's side of a command: pooled, so that a command allocates no task.</summary>
/// <remarks>Goes back to the pool when its result is taken, so it is awaited once, as a <see cref="ValueTask"/> must
/// be.</remarks>
internal sealed class CommandWaiter : IValueTaskSource<CommandResult>
{
    private readonly WaiterPool _pool;
    private ManualResetValueTaskSourceCore<CommandResult> _core;
    private CancellationTokenRegistration _registration;
    private ClientSession? _session;
    private CancellationToken _token;

    public CommandWaiter(WaiterPool pool)
    {
        _pool = pool;

        // A continuation on the executor's thread would let one caller hold up all others.
        _core.RunContinuationsAsynchronously = true;
    }

    /// <summary>The command's number.</summary>
    public long Sequence { get; private set; }

    /// <summary>When the wait began.</summary>
    public Instant Since { get; private set; }

    public ValueTask<CommandResult> Task => new(this, _core.Version);

    public void Begin(ClientSession session, long sequence, Instant since)
    {
        _session = session;
        Sequence = sequence;
        Since = since;
    }

    /// <summary>
    /// Gives the command up when the token is cancelled. Called by the caller's thread, before the task is given out.
    /// </summary>
    public void Register(CancellationToken token)
    {
        _token = token;
        _registration = token.UnsafeRegister(static state => ((CommandWaiter)state!).OnCancelled(), this);
    }

    public void Complete(in CommandResult result) => _core.SetResult(result);

    public void Fail(Exception exception) => _core.SetException(exception);

    public CommandResult GetResult(short token)
    {
        // Waits for a callback that is running: it must not meet the next command that this waiter serves.
        _registration.Dispose();
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            _registration = default;
            _session = null;
            _token = default;
            _pool.Return(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnCancelled() => _session?.Cancel(this, _token);
}
