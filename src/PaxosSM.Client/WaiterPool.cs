namespace PaxosSM.Client;

/// <summary>Waiters for use again. Safe for use by many threads.</summary>
internal sealed class WaiterPool(ClientLink link)
{
    private const int KeptMax = 4096;
    private readonly Lock _gate = new();
    private readonly Stack<CommandWaiter> _free = new();

    public CommandWaiter Rent()
    {
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
        lock (_gate)
        {
            if (_free.Count < KeptMax)
            {
                _free.Push(waiter);
            }
        }
    }
}
