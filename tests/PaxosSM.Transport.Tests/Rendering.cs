using System.Collections;
using System.Globalization;

namespace PaxosSM.Transport.Tests;

/// <summary>Everything that a message holds, in text: records compare lists and memory by reference.</summary>
internal static class Rendering
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        ReadOnlyMemory<byte> memory => $"0x{Convert.ToHexString(memory.Span)}",
        string text => $"\"{text}\"",

        // It keeps its bytes once they were asked for.
        Configuration members => $"Configuration({Convert.ToHexString(ConfigurationCodec.Encode(members).Span)})",
        IFormattable formattable when value.GetType().IsPrimitive || value is Guid or TimeSpan or Enum =>
            formattable.ToString(null, CultureInfo.InvariantCulture),
        bool boolean => boolean ? "true" : "false",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Of))}]",
        _ => OfFields(value),
    };

    private static string OfFields(object value)
    {
        // Computed properties may not end: a slot has a next one.
        var fields = value.GetType()
            .GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)
            .Select(field => $"{field.Name.Split('>')[0].TrimStart('<')}={Of(field.GetValue(value))}");
        return $"{value.GetType().Name}({string.Join(", ", fields)})";
    }
}
