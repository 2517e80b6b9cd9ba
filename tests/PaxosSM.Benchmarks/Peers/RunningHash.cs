using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Benchmarks;

/// <summary>What every compared system does with a command: a running hash over its first eight bytes, and how many
/// there were.</summary>
internal sealed class RunningHash
{
    /// <summary>How long its state is, in bytes.</summary>
    public const int Size = 2 * sizeof(long);

    private const long Prime = 1099511628211;
    private long _count;

    /// <summary>How many commands there were. For any thread.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The hash.</summary>
    public long Value { get; private set; }

    public void Add(ReadOnlySpan<byte> command)
    {
        Value = (Value * Prime) ^ BinaryPrimitives.ReadInt64LittleEndian(command);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>The same from an offset on.</summary>
    public void Add(in ReadOnlySequence<byte> commands, long offset)
    {
        Span<byte> first = stackalloc byte[sizeof(long)];
        commands.Slice(offset, sizeof(long)).CopyTo(first);
        Add(first);
    }

    public byte[] Save()
    {
        var state = new byte[Size];
        BinaryPrimitives.WriteInt64LittleEndian(state, _count);
        BinaryPrimitives.WriteInt64LittleEndian(state.AsSpan(sizeof(long)), Value);
        return state;
    }

    public void Restore(ReadOnlySpan<byte> state)
    {
        _count = BinaryPrimitives.ReadInt64LittleEndian(state);
        Value = BinaryPrimitives.ReadInt64LittleEndian(state[sizeof(long)..]);
    }
}
