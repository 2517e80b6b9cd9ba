using System.Text;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>Goes through a trace's file, line by line; it stands before the first.</summary>
internal sealed class TraceCursor : IDisposable
{
    private readonly StreamReader _reader;
    private TraceEvent _current;

    public TraceCursor(string file)
    {
        File = file;
        _reader = new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
    }

    public string File { get; }

    /// <summary>The line of <see cref="Current"/>.</summary>
    public long Line { get; private set; }

    public bool HasEnded { get; private set; }

    public ref readonly TraceEvent Current => ref _current;

    /// <summary>Whether another file holds an earlier life of the same node, and has not ended.</summary>
    public bool IsPrecededBy(TraceCursor other) =>
        !other.HasEnded
        && other._current.Origin.Node == _current.Origin.Node
        && other._current.Origin.Incarnation < _current.Origin.Incarnation;

    /// <summary>Goes to the next event.</summary>
    /// <exception cref="TraceFormatException">The line is none, and not the torn end of a killed process.</exception>
    public void Move()
    {
        if (_reader.ReadLine() is not { } line)
        {
            HasEnded = true;
            return;
        }

        Line++;
        try
        {
            _current = TraceLine.Read(Encoding.UTF8.GetBytes(line));
        }
        catch (TraceFormatException) when (_reader.EndOfStream && !EndsWithNewLine())
        {
            HasEnded = true;
        }
        catch (TraceFormatException broken)
        {
            throw new TraceFormatException($"{File}:{Line}: {broken.Message}", broken);
        }
    }

    public void Dispose() => _reader.Dispose();

    private bool EndsWithNewLine()
    {
        _reader.BaseStream.Seek(-1, SeekOrigin.End);
        return _reader.BaseStream.ReadByte() == '\n';
    }
}
