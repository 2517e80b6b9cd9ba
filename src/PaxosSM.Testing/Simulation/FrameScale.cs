using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Testing.Simulation;

/// <summary>Tells how long frames are on the wire.</summary>
internal sealed class FrameScale
{
    private const int FrameBytesMax = 1 << 26;
    private readonly FrameBuffer _frame = new(FrameBytesMax);
    private Message? _last;
    private int _lastBytes;

    /// <summary>A message as it is after its way over the wire.</summary>
    public Message Encode(Message message)
    {
        _frame.Clear();
        var kind = MessageCodec.Write(new(_frame), message);
        return MessageCodec.Read(kind, _frame.Written.Span);
    }

    public int BytesOf(Message message)
    {
        // One message often goes to all members.
        if (!ReferenceEquals(message, _last))
        {
            _frame.Clear();
            _ = MessageCodec.Write(new(_frame), message);
            (_last, _lastBytes) = (message, _frame.Length + FrameHeader.Overhead);
        }

        return _lastBytes;
    }

    public int BytesOf(ClientFrame frame)
    {
        _frame.Clear();
        _ = ClientFrameCodec.Write(new(_frame), frame, out _);
        return _frame.Length + FrameHeader.Overhead;
    }
}
