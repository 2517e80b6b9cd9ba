namespace PaxosSM.Client;

/// <summary>The caller's side of a command.</summary>
internal sealed class CommandWaiter : PooledWaiter<CommandResult>
{
    private readonly WaiterPool _pool;
    private ClientSession? _session;

    public CommandWaiter(WaiterPool pool, ClientLink link)
        : base(link) => _pool = pool;

    /// <summary>The command's number.</summary>
    public long Sequence { get; private set; }

    /// <summary>When the wait began.</summary>
    public Instant Since { get; private set; }

    /// <summary>Is told what is guessed of the result (R18); null for nobody.</summary>
    public Action<TentativeResult>? Tentative { get; set; }

    public void Begin(ClientSession session, long sequence, Instant since)
    {
        _session = session;
        Sequence = sequence;
        Since = since;
    }

    protected override void Cancel(CancellationToken token) => _session?.Cancel(this, token);

    protected override void Recycle()
    {
        _session = null;
        Tentative = null;
        _pool.Return(this);
    }
}
