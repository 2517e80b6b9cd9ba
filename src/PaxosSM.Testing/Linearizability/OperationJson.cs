using System.Text.Json;

namespace PaxosSM.Testing.Linearizability;

/// <summary>One operation as the members of a JSON object.</summary>
internal static class OperationJson
{
    private static readonly string[] Outcomes = ["unknown", "succeeded", "refused"];
    private static readonly string[] Kinds = ["linearizable", "lease", "local", "atLeast", "maxAge", "speculative"];

    public static void Write(Utf8JsonWriter writer, Operation operation)
    {
        writer.WriteNumber("id", operation.Id);
        writer.WriteNumber("client", operation.Client);
        if (operation.Session is { } session)
        {
            writer.WriteNumber("session", session);
            writer.WriteNumber("sequence", operation.Sequence);
        }

        if (operation.IsQuery)
        {
            WriteConsistency(writer, operation.Consistency);
        }

        writer.WriteBase64String("input", operation.Input.Span);
        Write(writer, "called", operation.Called);
        writer.WriteString("outcome", Outcomes[(int)operation.Outcome]);
        if (operation.Returned is { } returned)
        {
            Write(writer, "returned", returned);
        }

        if (operation.Succeeded)
        {
            WriteAnswer(writer, operation.Output, operation.Slot);
        }

        if (operation.Age is { } age)
        {
            Write(writer, "age", age);
        }

        if (operation.Replica is { } replica)
        {
            writer.WriteString("replica", replica);
        }

        if (operation.Repeats.Count > 0)
        {
            WriteRepeats(writer, operation.Repeats);
        }
    }

    public static Operation Read(JsonElement json)
    {
        var kind = json.TryGetProperty("query", out var query) ? query.GetString() : null;
        return new()
        {
            Id = json.GetProperty("id").GetInt64(),
            Client = json.GetProperty("client").GetInt32(),
            Session = json.TryGetProperty("session", out var session) ? session.GetInt32() : null,
            Sequence = json.TryGetProperty("sequence", out var sequence) ? sequence.GetInt64() : 0,
            IsQuery = kind is not null,
            Consistency = kind is null ? default : ReadConsistencyOf(kind, json),
            Input = json.GetProperty("input").GetBytesFromBase64(),
            Called = ReadMoment(json.GetProperty("called")),
            Outcome = (OperationOutcome)Find(Outcomes, json.GetProperty("outcome").GetString()),
            Returned = json.TryGetProperty("returned", out var returned) ? ReadMoment(returned) : null,
            Output = ReadOutput(json),
            Slot = ReadSlot(json),
            Age = json.TryGetProperty("age", out var age) ? ReadSpan(age) : null,
            Replica = json.TryGetProperty("replica", out var replica) ? replica.GetString() : null,
            Repeats = json.TryGetProperty("repeats", out var repeats)
                ? [.. repeats.EnumerateArray().Select(each => new RepeatedAnswer(ReadOutput(each), ReadSlot(each)))]
                : [],
        };
    }

    private static void WriteConsistency(Utf8JsonWriter writer, ReadConsistency consistency)
    {
        writer.WriteString("query", Kinds[(int)consistency.Kind]);
        if (consistency.Kind == ReadKind.AtLeast)
        {
            writer.WriteNumber("atLeast", consistency.AtLeast.Index);
        }
        else if (consistency.Kind == ReadKind.MaxAge)
        {
            Write(writer, "maxAge", consistency.AgeMax);
        }
    }

    private static ReadConsistency ReadConsistencyOf(string kind, JsonElement json) =>
        (ReadKind)Find(Kinds, kind) switch
        {
            ReadKind.Lease => ReadConsistency.Lease,
            ReadKind.Local => ReadConsistency.Local,
            ReadKind.AtLeast => ReadConsistency.After(new(json.GetProperty("atLeast").GetInt64())),
            ReadKind.MaxAge => ReadConsistency.NoOlderThan(ReadSpan(json.GetProperty("maxAge"))),
            ReadKind.Speculative => ReadConsistency.Speculative,
            _ => ReadConsistency.Linearizable,
        };

    private static void WriteAnswer(Utf8JsonWriter writer, ReadOnlyMemory<byte> output, Slot? slot)
    {
        writer.WriteBase64String("output", output.Span);
        if (slot is { } known)
        {
            writer.WriteNumber("slot", known.Index);
        }
    }

    private static void WriteRepeats(Utf8JsonWriter writer, IReadOnlyList<RepeatedAnswer> repeats)
    {
        writer.WriteStartArray("repeats");
        foreach (var repeat in repeats)
        {
            writer.WriteStartObject();
            WriteAnswer(writer, repeat.Output, repeat.Slot);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, Moment moment)
    {
        writer.WriteStartArray(name);
        writer.WriteNumberValue(moment.Microseconds);
        writer.WriteNumberValue(moment.Order);
        writer.WriteEndArray();
    }

    // Ticks are tenths of a microsecond; a decimal holds every one of them.
    private static void Write(Utf8JsonWriter writer, string name, TimeSpan span) =>
        writer.WriteNumber(name, span.Ticks / (decimal)TimeSpan.TicksPerMicrosecond);

    private static Moment ReadMoment(JsonElement json) => new(json[0].GetInt64(), json[1].GetInt64());

    private static TimeSpan ReadSpan(JsonElement json) =>
        TimeSpan.FromTicks((long)(json.GetDecimal() * TimeSpan.TicksPerMicrosecond));

    private static ReadOnlyMemory<byte> ReadOutput(JsonElement json) =>
        json.TryGetProperty("output", out var output) ? output.GetBytesFromBase64() : default;

    private static Slot? ReadSlot(JsonElement json) =>
        json.TryGetProperty("slot", out var slot) ? new Slot(slot.GetInt64()) : null;

    private static int Find(string[] names, string? name) =>
        Array.IndexOf(names, name) is >= 0 and var found ? found : throw new FormatException($"what is '{name}'?");
}
