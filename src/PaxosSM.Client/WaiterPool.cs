namespace PaxosSM.Client;

/// <summary>The process' waiters, for use again. Safe for use by many threads.</summary>
/// <remarks>Each thread keeps a handful: who asks again at once takes the one that it just gave back, and whoever only
/// takes, or only gives, meets the others once for many.</remarks>
internal static class WaiterPool
{
    private const int KeptMax = 8192;
    private const int HandfulMax = 32;
    private static readonly Lock Gate = new();
    private static readonly Stack<CommandWaiter> Free = new();

    [ThreadStatic]
    private static Stack<CommandWaiter>? _handful;

    public static CommandWaiter Rent()
    {
        var handful = _handful ??= new(HandfulMax);
        if (handful.Count == 0)
        {
            Refill(handful);
        }

        return handful.TryPop(out var waiter) ? waiter : new();
    }

    public static void Return(CommandWaiter waiter)
    {
        var handful = _handful ??= new(HandfulMax);
        if (handful.Count == HandfulMax)
        {
            GiveHalf(handful);
        }

        handful.Push(waiter);
    }

    private static void Refill(Stack<CommandWaiter> handful)
    {
        lock (Gate)
        {
            while (handful.Count < HandfulMax / 2 && Free.TryPop(out var waiter))
            {
                handful.Push(waiter);
            }
        }
    }

    private static void GiveHalf(Stack<CommandWaiter> handful)
    {
        lock (Gate)
        {
            while (handful.Count > HandfulMax / 2)
            {
                var waiter = handful.Pop();
                if (Free.Count < KeptMax)
                {
                    Free.Push(waiter);
                }
            }
        }
    }
}
