namespace PaxosSM;

/// <summary>A command's result, and what the acknowledgement is worth.</summary>
/// <param name="Result">What the machine wrote.</param>
/// <param name="Slot">The slot it was applied in: a token for reads (R21).</param>
/// <param name="Durability">What the acknowledgement survives (R26).</param>
public readonly record struct CommandResult(ReadOnlyMemory<byte> Result, Slot Slot, Durability Durability)
{
    /// <summary>The same with its bytes in <paramref name="destination"/>, if they fit.</summary>
    public CommandResult Into(Memory<byte> destination)
    {
        if (Result.Length > destination.Length)
        {
            return this;
        }

        if (!Result.IsEmpty)
        {
            Result.CopyTo(destination);
        }

        return this with { Result = destination[..Result.Length] };
    }

    internal static async ValueTask<CommandResult> IntoAsync(
        ValueTask<CommandResult> result, Memory<byte> destination) =>
        (await result.ConfigureAwait(false)).Into(destination);
}

/// <summary>A command's result, if what its replica voted for is chosen (R18).</summary>
/// <param name="Result">What the machine wrote.</param>
/// <param name="Slot">The slot that it would be applied in: a query <see cref="ReadConsistency.After"/> it sees what
/// became of it.</param>
public readonly record struct TentativeResult(ReadOnlyMemory<byte> Result, Slot Slot);

/// <summary>A query's answer and the state that it saw.</summary>
/// <param name="Result">What the machine wrote.</param>
/// <param name="Slot">The last slot applied: a token for monotonic reads (R21).</param>
/// <param name="Time">The log's time there.</param>
/// <param name="Age">How long ago, at most, the replica was known to be current; zero for linearizable reads.</param>
public readonly record struct QueryResult(ReadOnlyMemory<byte> Result, Slot Slot, LogTime Time, TimeSpan Age);

/// <summary>What a vote, and so an acknowledgement, survives (R26).</summary>
public enum Durability : byte
{
    /// <summary>Flushed to stable storage by a quorum: survives loss of power everywhere.</summary>
    Synced = 0,

    /// <summary>In a memory-mapped log: survives the death of processes, not of machines.</summary>
    Mapped = 1,

    /// <summary>In memory: survives while a quorum of processes lives.</summary>
    Volatile = 2,
}
