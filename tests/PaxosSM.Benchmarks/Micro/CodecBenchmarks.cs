using BenchmarkDotNet.Attributes;
using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Benchmarks;

/// <summary>The frames of a round of agreement and of a client, whole ones: header, payload, checksum.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private readonly FrameBuffer _buffer = new(FrameHeader.DefaultFrameBytesMax);
    private readonly Accepted _accepted = new(Samples.Ballot, new(0), Slot.Zero, new(1000));
    private Accept _accept = new(Samples.Ballot, new(0), new(2), Value.Pass, Slot.Zero, Slot.Zero);
    private ClientSubmit _submit = new(GroupId.Default, default, 0);
    private ClientResults _results = new(GroupId.Default, Durability.Synced, default, 0);
    private byte[] _acceptFrame = [];
    private byte[] _acceptedFrame = [];
    private byte[] _submitFrame = [];
    private byte[] _resultsFrame = [];

    /// <summary>How many commands travel together.</summary>
    [Params(1, 64)]
    public int Commands { get; set; }

    [GlobalSetup]
    public void MakeFrames()
    {
        _accept = _accept with { Value = Samples.Batch(Commands) };
        _submit = _submit with { Entries = Samples.Entries(Commands), Count = Commands };
        _results = _results with { Results = Results(), Count = Commands };
        _acceptFrame = FrameOf(_accept);
        _acceptedFrame = FrameOf(_accepted);
        _submitFrame = FrameOf(_submit);
        _resultsFrame = FrameOf(_results);
    }

    [Benchmark]
    public bool WriteAccept() => Write(_accept);

    [Benchmark]
    public object ReadAccept() => Read(_acceptFrame);

    [Benchmark]
    public bool WriteAccepted() => Write(_accepted);

    [Benchmark]
    public object ReadAccepted() => Read(_acceptedFrame);

    [Benchmark]
    public bool WriteSubmit() => Write(_submit);

    [Benchmark]
    public object ReadSubmit() => ReadClient(_submitFrame);

    [Benchmark]
    public bool WriteResults() => Write(_results);

    /// <summary>The entries, too: one by one, as a client does.</summary>
    [Benchmark]
    public long ReadResults()
    {
        var rest = ReadClient(_resultsFrame) is ClientResults results ? results.Results : default;
        var sum = 0L;
        while (ResultEntry.TryRead(ref rest, out var entry))
        {
            sum += entry.Sequence;
        }

        return sum;
    }

    private byte[] Results()
    {
        var results = new byte[Commands * (ResultEntry.HeaderSize + sizeof(long))];
        for (var index = 0; index < Commands; index++)
        {
            ResultEntry.Write(
                results.AsSpan(index * (ResultEntry.HeaderSize + sizeof(long))),
                new(1),
                index + 1,
                PaxosError.None,
                0,
                new(2),
                BitConverter.GetBytes((long)index));
        }

        return results;
    }

    private byte[] FrameOf(Message message)
    {
        Write(message);
        return _buffer.Written.ToArray();
    }

    private byte[] FrameOf(ClientFrame frame)
    {
        Write(frame);
        return _buffer.Written.ToArray();
    }

    private bool Write(Message message)
    {
        _buffer.Clear();
        return FrameCodec.TryWrite(_buffer, GroupId.Default, Epoch.First, message);
    }

    private bool Write(ClientFrame frame)
    {
        _buffer.Clear();
        return FrameCodec.TryWrite(_buffer, frame);
    }

    private static Message Read(byte[] frame)
    {
        _ = FrameCodec.TryRead(frame, FrameHeader.DefaultFrameBytesMax, out var header);
        return MessageCodec.Read(header.Kind, PayloadOf(frame, header));
    }

    private static ClientFrame ReadClient(byte[] frame)
    {
        _ = FrameCodec.TryRead(frame, FrameHeader.DefaultFrameBytesMax, out var header);
        return ClientFrameCodec.Read(in header, PayloadOf(frame, header));
    }

    private static ReadOnlySpan<byte> PayloadOf(byte[] frame, in FrameHeader header) =>
        frame.AsSpan(FrameHeader.Size, header.Length - FrameHeader.Overhead);
}
