using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PaxosSM;

/// <summary>The typed layer's default: JSON, by System.Text.Json.</summary>
/// <remarks>Dictionaries are written in their own order: use sorted ones in state that replicas compare.</remarks>
public sealed class JsonCommandSerializer : ICommandSerializer
{
    private readonly JsonSerializerOptions _options;

    /// <summary>JSON by reflection.</summary>
    [RequiresUnreferencedCode("JSON by reflection needs the types' members; pass options with a resolver.")]
    [RequiresDynamicCode("JSON by reflection needs code at run time; pass options with a resolver.")]
    public JsonCommandSerializer()
        : this(JsonSerializerOptions.Default)
    {
    }

    /// <summary>JSON by the given options, whose resolver knows all types used.</summary>
    public JsonCommandSerializer(JsonSerializerOptions options) => _options = options;

    /// <inheritdoc/>
    public void Write<T>(IBufferWriter<byte> destination, T value)
    {
        using var writer = new Utf8JsonWriter(destination, new() { SkipValidation = true });
        JsonSerializer.Serialize(writer, value, TypeInfo<T>());
    }

    /// <inheritdoc/>
    public bool TryRead<T>(in ReadOnlySequence<byte> source, [NotNullWhen(true)] out T? value)
    {
        try
        {
            var reader = new Utf8JsonReader(source);
            value = JsonSerializer.Deserialize(ref reader, TypeInfo<T>());
            return value is not null;
        }
        catch (Exception refusal) when (refusal
            is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            // The latter three come from constructors and setters that refuse a value.
            value = default;
            return false;
        }
    }

    private JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));
}
