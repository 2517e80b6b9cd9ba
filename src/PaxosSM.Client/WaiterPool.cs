namespace PaxosSM.Client;

/// <summary>Waiters for use again. Safe for use by many threads.</summary>
internal sealed class WaiterPool(ClientLink link)
{
    private const int KeptMax = 4096;
    private readonly Lock _gate = new();
    private readonly Stack<CommandWaiter> _free = new();

    // A caller that asks again at once takes the one that it just gave back.
    private CommandWaiter? _last;

    public CommandWaiter Rent()
    {
        if (Interlocked.Exchange(ref _last, null) is { } last)
        {
            return last;
        }

        lock (_gate)
        {
            if (_free.TryPop(out var waiter))
            {
                return waiter;
            }
        }

        return new(this, link);
    }

    public void Return(CommandWaiter waiter)
    {
        if (Interlocked.CompareExchange(ref _last, waiter, null) is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_free.Count < KeptMax)
            {
                _free.Push(waiter);
            }
        }
    }
}
