namespace PaxosSM.Benchmarks;

/// <summary>The commands of a load that failed. Any thread.</summary>
internal sealed class LoadErrors
{
    private long _count;
    private string? _first;

    /// <summary>How many.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Counts one, and keeps the first one's words.</summary>
    public void Add(Exception exception)
    {
        Interlocked.Increment(ref _count);
        _ = Interlocked.CompareExchange(ref _first, exception.Message, null);
    }

    /// <summary>Tells people the first one, if there is one.</summary>
    public async Task TellAsync()
    {
        if (_first is { } error)
        {
            await Console.Error.WriteLineAsync(error);
        }
    }
}
