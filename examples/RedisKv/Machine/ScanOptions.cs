using System.Text;

namespace PaxosSM.RedisKv.Machine;

/// <summary>The options of SCAN.</summary>
internal readonly ref struct ScanOptions
{
    private const long CountDefault = 10;

    private ScanOptions(long count, ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> type)
    {
        Count = count;
        Pattern = pattern;
        Type = type;
    }

    /// <summary>How many keys to look at.</summary>
    public long Count { get; }

    private ReadOnlySpan<byte> Pattern { get; }

    private ReadOnlySpan<byte> Type { get; }

    /// <summary>True when the key is wanted.</summary>
    public bool Matches(ReadOnlySpan<byte> key, object value) =>
        (Pattern.IsEmpty || GlobPattern.Matches(Pattern, key))
        && (Type.IsEmpty || Ascii.EqualsIgnoreCase(Type, KeyCommands.NameOf(value)));

    /// <summary>Reads the options. False when they are wrong; then the reply is written.</summary>
    public static bool TryParse(in MachineCall call, out ScanOptions options)
    {
        var count = CountDefault;
        ReadOnlySpan<byte> pattern = default;
        ReadOnlySpan<byte> type = default;
        options = default;
        for (var index = 2; index < call.Count; index += 2)
        {
            if (index + 1 < call.Count && call.Is(index, "MATCH"u8))
            {
                pattern = call[index + 1];
            }
            else if (index + 1 < call.Count && call.Is(index, "TYPE"u8))
            {
                type = call[index + 1];
            }
            else if (index + 1 == call.Count || !call.Is(index, "COUNT"u8))
            {
                call.Reply.Error(RedisErrors.Syntax);
                return false;
            }
            else if (!call.TryNumber(index + 1, out count))
            {
                return false;
            }
        }

        if (count < 1)
        {
            call.Reply.Error(RedisErrors.Syntax);
            return false;
        }

        options = new(count, pattern, type);
        return true;
    }
}
