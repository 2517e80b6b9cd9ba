using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace PaxosSM.Runtime.Tracing;

/// <summary>Writes the events of one life of a node to a file of its own, a line each.</summary>
/// <remarks>
/// <para>A line is with the operating system when <see cref="On"/> returns, and so before the answer leaves that
/// depends on it: it survives the process, though not the machine. A process that is killed may leave half a line at
/// the end.</para>
/// <para>When the file can't be written the trace ends there, loudly and for good; the replica goes on.</para>
/// <para>Safe for use by many threads: loop and executor both tell.</para>
/// </remarks>
public sealed class TraceFile : IProtocolEventSink, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;
    private TraceOrigin _origin;
    private readonly TimeProvider _clock;
    private readonly Action<Exception> _onStopped;
    private FileStream? _file;
    private long _sequence;

    /// <summary>Begins the file of a life.</summary>
    /// <param name="folder">Where; made if it is not there.</param>
    /// <param name="origin">The life.</param>
    /// <param name="clock">For what people read.</param>
    /// <param name="onStopped">Called when the trace ends early, with the reason.</param>
    public TraceFile(string folder, TraceOrigin origin, TimeProvider clock, Action<Exception> onStopped)
    {
        _json = new(_line);
        _origin = origin;
        _clock = clock;
        _onStopped = onStopped;
        Path = System.IO.Path.Combine(folder, NameOf(origin));
        try
        {
            Directory.CreateDirectory(folder);

            // Unbuffered, and never another life's file.
            _file = new(Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            onStopped(broken);
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The name of a life's file: <c>n0.3.jsonl</c> for the third life of node 0.</summary>
    public static string NameOf(TraceOrigin origin) =>
        string.Create(CultureInfo.InvariantCulture, $"n{origin.Node.Value}.{origin.Incarnation}.jsonl");

    /// <inheritdoc/>
    public void On(GroupId group, ProtocolEvent happened)
    {
        lock (_gate)
        {
            if (_file is null)
            {
                return;
            }

            if (happened is EpochBegan began)
            {
                _origin = _origin with { Epoch = began.Start.Epoch };
            }

            _line.ResetWrittenCount();
            TraceEvent traced = new(++_sequence, NodeLoop.Wall(_clock).Microseconds, group, _origin, happened);
            TraceLine.Write(_line, _json, in traced);
            try
            {
                _file.Write(_line.WrittenSpan);
            }
            catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
            {
                _file.Dispose();
                _file = null;
                _onStopped(broken);
            }
        }
    }

    /// <summary>Ends the file; what comes later is dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
            _json.Dispose();
        }
    }
}
