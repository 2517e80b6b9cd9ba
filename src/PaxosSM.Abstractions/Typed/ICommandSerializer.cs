using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace PaxosSM;

/// <summary>Turns commands, results, queries, answers and state into bytes and back, for the typed layer.</summary>
/// <remarks>
/// Safe for use by many threads. Deterministic: the same bytes give the same value on every replica, and equal values
/// give equal bytes. What is written stays in logs and snapshots: later versions of the program must read it.
/// </remarks>
public interface ICommandSerializer
{
    /// <summary>Writes a value.</summary>
    void Write<T>(IBufferWriter<byte> destination, T value);

    /// <summary>
    /// Reads a value; false when the bytes are no such value. Never throws for what bytes say: they may come from
    /// anybody.
    /// </summary>
    bool TryRead<T>(in ReadOnlySequence<byte> source, [NotNullWhen(true)] out T? value);
}
