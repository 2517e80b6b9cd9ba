namespace PaxosSM.Client;

/// <summary>The caller's side of a command.</summary>
internal sealed class CommandWaiter : PooledWaiter<CommandResult>
{
    private readonly WaiterPool _pool;
    private ClientSession? _session;
    private Memory<byte> _destination;

    public CommandWaiter(WaiterPool pool, ClientLink link)
        : base(link) => _pool = pool;

    /// <summary>The command's number.</summary>
    public long Sequence { get; private set; }

    /// <summary>When the wait began.</summary>
    public Instant Since { get; private set; }

    /// <summary>Is told what is guessed of the result (R18); null for nobody.</summary>
    public Action<TentativeResult>? Tentative { get; private set; }

    public void Begin(ClientSession session, long sequence, in CommandCall call, Instant since)
    {
        _session = session;
        _destination = call.Result;
        Tentative = call.Tentative;
        Sequence = sequence;
        Since = since;
    }

    /// <summary>Ends the wait with a result.</summary>
    /// <returns>Whether the caller was given the memory that the result lies in.</returns>
    public bool End(in CommandResult result)
    {
        if (result.Result.Length > _destination.Length)
        {
            Complete(result);
            return true;
        }

        Complete(result.Into(_destination));
        return false;
    }

    protected override void Cancel(CancellationToken token) => _session?.Cancel(this, token);

    protected override void Recycle()
    {
        _session = null;
        _destination = default;
        Tentative = null;
        _pool.Return(this);
    }
}
