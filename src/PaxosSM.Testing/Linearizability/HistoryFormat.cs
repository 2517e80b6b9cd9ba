using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PaxosSM.Testing.Linearizability;

/// <summary>Writes and reads histories as JSON lines (specs/histories.md).</summary>
public static class HistoryFormat
{
    private const string Name = "paxossm-history";
    private const int Version = 1;

    // A file of its own is no place where a quote or an arrow could break out of anything.
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a history.</summary>
    /// <param name="history">The operations.</param>
    /// <param name="destination">Where to; left open.</param>
    /// <param name="model">Puts every operation in words too, if given; readers pass over these.</param>
    public static void Write(History history, Stream destination, IModel? model = null)
    {
        using var writer = new Utf8JsonWriter(destination, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("format", Name);
        writer.WriteNumber("version", Version);
        EndLine(writer, destination);
        foreach (var operation in history.Operations)
        {
            writer.WriteStartObject();
            OperationJson.Write(writer, operation);
            if (model is not null)
            {
                writer.WriteString("says", Say(operation, model));
            }

            EndLine(writer, destination);
        }
    }

    /// <summary>Writes a history to a file, replacing it.</summary>
    public static void Write(History history, string path, IModel? model = null)
    {
        using var file = File.Create(path);
        Write(history, file, model);
    }

    /// <summary>Reads a history.</summary>
    /// <exception cref="FormatException">A line is not as specs/histories.md says; the message names it.</exception>
    public static History Read(Stream source)
    {
        using var reader = new StreamReader(source, Encoding.UTF8, leaveOpen: true);
        List<Operation> operations = [];
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0)
            {
                continue;
            }

            try
            {
                using var json = JsonDocument.Parse(text);
                if (line > 1)
                {
                    operations.Add(OperationJson.Read(json.RootElement));
                }
                else
                {
                    CheckHeader(json.RootElement);
                }
            }
            catch (Exception exception) when (IsMalformed(exception))
            {
                throw new FormatException($"line {line}: {exception.Message}", exception);
            }
        }

        try
        {
            return new(operations);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    /// <summary>Reads a history from a file.</summary>
    /// <exception cref="FormatException">A line is not as specs/histories.md says; the message names it.</exception>
    public static History Read(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file);
    }

    private static string Say(Operation operation, IModel model)
    {
        var input = model.DescribeInput(operation.Input, operation.IsQuery);
        return operation.Succeeded
            ? $"{input} -> {model.DescribeOutput(operation.Input, operation.IsQuery, operation.Output)}"
            : input;
    }

    private static void EndLine(Utf8JsonWriter writer, Stream destination)
    {
        writer.WriteEndObject();
        writer.Flush();
        destination.WriteByte((byte)'\n');
        writer.Reset();
    }

    private static void CheckHeader(JsonElement header)
    {
        if (header.GetProperty("format").GetString() != Name || header.GetProperty("version").GetInt32() != Version)
        {
            throw new FormatException($"not a {Name} of version {Version}");
        }
    }

    private static bool IsMalformed(Exception exception) => exception
        is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or OverflowException
            or IndexOutOfRangeException;
}
