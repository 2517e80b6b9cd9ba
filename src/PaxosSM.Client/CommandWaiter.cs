namespace PaxosSM.Client;

/// <summary>The caller's side of a command.</summary>
internal sealed class CommandWaiter : PooledWaiter<CommandResult>
{
    private ClientSession? _session;
    private Memory<byte> _destination;
    private ReadOnlyMemory<byte> _result;
    private Slot _slot;
    private Durability _durability;

    /// <summary>The command's number.</summary>
    public long Sequence { get; private set; }

    /// <summary>When the wait began.</summary>
    public Instant Since { get; private set; }

    /// <summary>Is told what is guessed of the result (R18); null for nobody.</summary>
    public Action<TentativeResult>? Tentative { get; private set; }

    public void Begin(ClientLink link, ClientSession session, long sequence, in CommandCall call, Instant since)
    {
        Link = link;
        _session = session;
        _destination = call.Result;
        Tentative = call.Tentative;
        Sequence = sequence;
        Since = since;
    }

    /// <summary>Ends the wait with a result.</summary>
    /// <returns>Whether the caller was given the memory that the result lies in.</returns>
    public bool End(ReadOnlyMemory<byte> result, Slot slot, Durability durability)
    {
        var fits = result.Length <= _destination.Length;
        if (fits && !result.IsEmpty)
        {
            result.Span.CopyTo(_destination.Span);
        }

        _result = fits ? _destination[..result.Length] : result;
        _slot = slot;
        _durability = durability;
        Complete();
        return !fits;
    }

    protected override CommandResult Result => new(_result, _slot, _durability);

    protected override void Cancel(CancellationToken token) => _session?.Cancel(this, token);

    protected override void Recycle()
    {
        _session = null;
        _destination = default;
        _result = default;
        Tentative = null;
        Link = null;
        WaiterPool.Return(this);
    }
}
