using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using PaxosSM.Testing.Linearizability;
using PaxosSM.Testing.Linearizability.Rules;

namespace PaxosSM.Testing.Simulation;

/// <summary>What a <see cref="KeyValueMachine"/> should answer, key by key: written without a look at it.</summary>
/// <remarks>Values are text of one byte a character, so that states compare by value.</remarks>
public sealed class KeyValueModel : Model<KeyState>, ITokenReader
{
    private const string Held = "held";

    /// <inheritdoc/>
    protected override KeyState Start => new(false, string.Empty, 0);

    /// <inheritdoc/>
    public override string? PartitionOf(ReadOnlyMemory<byte> input, bool isQuery) =>
        Parse(input.Span) is var (kind, key, _) && kind != KeyValueCommand.Hold ? $"k{key}" : Held;

    /// <inheritdoc/>
    public override string DescribeInput(ReadOnlyMemory<byte> input, bool isQuery)
    {
        if (Parse(input.Span) is not var (kind, key, rest))
        {
            return "malformed";
        }

        return kind switch
        {
            KeyValueCommand.Get => $"get k{key}",
            KeyValueCommand.Put => $"put k{key} {rest}",
            KeyValueCommand.Append => $"append k{key} {rest}",
            KeyValueCommand.CompareAndSet => Split(rest) is var (expected, value)
                ? $"cas k{key} {expected} by {value}"
                : "malformed",
            KeyValueCommand.Increment => $"increment k{key}",
            KeyValueCommand.Delete => $"delete k{key}",
            KeyValueCommand.Hold => $"hold {key}",
            _ => "malformed",
        };
    }

    /// <inheritdoc/>
    public override string DescribeOutput(ReadOnlyMemory<byte> input, bool isQuery, ReadOnlyMemory<byte> output)
    {
        var bytes = output.Span;
        if (bytes.IsEmpty || bytes[0] > 1)
        {
            return "not understood";
        }

        var done = isQuery || bytes[0] == 1 ? string.Empty : "not done: ";
        if (bytes.Length < 1 + sizeof(long))
        {
            return $"{done}absent";
        }

        var counter = BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]);
        var number = counter == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" +{counter}");
        return $"{done}'{Encoding.Latin1.GetString(bytes[(1 + sizeof(long))..])}'{number}";
    }

    /// <inheritdoc/>
    public IEnumerable<string> TokensWritten(ReadOnlyMemory<byte> input, bool isQuery)
    {
        if (isQuery || Parse(input.Span) is not var (kind, _, rest))
        {
            return [];
        }

        return kind switch
        {
            KeyValueCommand.Put or KeyValueCommand.Append => TokensIn(rest),
            KeyValueCommand.CompareAndSet => TokensIn(Split(rest)?.Value ?? string.Empty),
            _ => [],
        };
    }

    /// <inheritdoc/>
    public IEnumerable<string> TokensShown(ReadOnlyMemory<byte> output) =>
        output.Length > 1 + sizeof(long)
            ? TokensIn(Encoding.Latin1.GetString(output.Span[(1 + sizeof(long))..]))
            : [];

    /// <inheritdoc/>
    protected override (byte[] Output, KeyState Next) Apply(KeyState state, ReadOnlySpan<byte> command)
    {
        if (Parse(command) is not var (kind, _, rest))
        {
            return ([2], state);
        }

        var more = state with { Exists = true, Counter = state.Counter + 1 };
        return kind switch
        {
            KeyValueCommand.Put => state.TryGive(rest, out var put) ? (Say(1, state), put) : (Say(0, state), state),
            KeyValueCommand.Append => Tell(state.TryGive(state.Value + rest, out var longer), longer),
            KeyValueCommand.CompareAndSet => Split(rest) is var (expected, value)
                ? Tell(TrySwap(state, expected, value, out var swapped), swapped)
                : ([2], state),
            KeyValueCommand.Increment => (Say(1, more), more),
            KeyValueCommand.Delete => (Say(state.Exists ? 1 : 0, state), Start),
            KeyValueCommand.Hold when rest.Length == sizeof(long) => ([1], state),
            _ => ([2], state),
        };
    }

    /// <inheritdoc/>
    protected override byte[] Query(KeyState state, ReadOnlySpan<byte> query) =>
        Parse(query) is (KeyValueCommand.Get, _, "") ? Say(state.Exists ? 1 : 0, state) : [2];

    private static (byte Kind, ushort Key, string More)? Parse(ReadOnlySpan<byte> input) =>
        input is [var kind, var low, var high, .. var rest]
            ? (kind, (ushort)(low | (high << 8)), Encoding.Latin1.GetString(rest))
            : null;

    private static (string Expected, string Value)? Split(string rest)
    {
        var length = rest.Length >= 2 ? rest[0] | (rest[1] << 8) : int.MaxValue;
        return length <= rest.Length - 2 ? (rest.Substring(2, length), rest[(2 + length)..]) : null;
    }

    private static bool TrySwap(KeyState state, string expected, string value, out KeyState next)
    {
        next = state;
        return state.Exists && state.Value == expected && state.TryGive(value, out next);
    }

    private static (byte[] Output, KeyState Next) Tell(bool done, KeyState state) => (Say(done ? 1 : 0, state), state);

    private static byte[] Say(int status, KeyState state)
    {
        if (!state.Exists)
        {
            return [(byte)status];
        }

        var counter = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(counter, state.Counter);
        return [(byte)status, .. counter, .. Encoding.Latin1.GetBytes(state.Value)];
    }

    private static string[] TokensIn(string value) =>
        [.. value.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(each => each.TrimEnd('-'))];
}

/// <summary>What a <see cref="KeyValueModel"/> knows of a key.</summary>
/// <param name="Exists">Whether it is there.</param>
/// <param name="Value">Its value.</param>
/// <param name="Counter">Its counter.</param>
public sealed record KeyState(bool Exists, string Value, long Counter)
{
    private const int ValueLengthMax = 1024;

    /// <summary>This key with a value, if that is short enough; else as it is.</summary>
    internal bool TryGive(string value, out KeyState next)
    {
        var fits = value.Length <= ValueLengthMax;
        next = fits ? this with { Exists = true, Value = value } : this;
        return fits;
    }
}
