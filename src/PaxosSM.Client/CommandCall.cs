namespace PaxosSM.Client;

/// <summary>A command that somebody waits for.</summary>
/// <param name="Command">The command.</param>
/// <param name="Result">Where its result goes, if it fits.</param>
internal readonly record struct CommandCall(ReadOnlyMemory<byte> Command, Memory<byte> Result)
{
    /// <summary>Is told what is guessed of the result (R18); null for nobody.</summary>
    public Action<TentativeResult>? Tentative { get; init; }
}
