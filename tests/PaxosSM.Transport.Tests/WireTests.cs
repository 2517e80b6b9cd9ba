using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tests;

public sealed class WireTests
{
    private static readonly string[] NodeInternal = ["Voted", "VotedSync", "Learned", "TrimTo"];

    public static TheoryData<string> Names => [.. Samples.Encoded().Select(sample => sample.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frame_is_laid_out_as_its_golden_file_says(string name)
    {
        var hex = Convert.ToHexString(Find(name)).ToLowerInvariant();

        // The one way to make these files anew, for a new version of the format; the commit says why.
        if (Environment.GetEnvironmentVariable("PAXOSSM_GOLDEN_WIRE_INTO") is { Length: > 0 } folder)
        {
            File.WriteAllLines(Path.Combine(folder, $"{name}.hex"), hex.Chunk(64).Select(line => new string(line)));
        }

        var path = Path.Combine(AppContext.BaseDirectory, "Golden", $"{name}.hex");
        Assert.Equal(string.Concat(File.ReadAllLines(path)), hex);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_truncation_is_refused_or_waits_for_more(string name)
    {
        var bytes = Find(name);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(DecodeOrRefuse(bytes.AsSpan(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_flipped_byte_is_refused_or_waits_for_more(string name)
    {
        var bytes = Find(name);
        for (var at = 0; at < bytes.Length; at++)
        {
            for (var flip = 1; flip < 256; flip++)
            {
                bytes[at] ^= (byte)flip;
                Assert.Null(DecodeOrRefuse(bytes));
                bytes[at] ^= (byte)flip;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_payload_that_lies_under_a_right_checksum_takes_no_more_memory_than_it_sent(string name)
    {
        if (name is "Hello" or "Refusal")
        {
            return;
        }

        var bytes = Find(name);
        var payload = bytes[FrameHeader.Size..^FrameHeader.ChecksumSize];
        Assert.True(FrameCodec.TryRead(bytes, 1 << 20, out var header));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var tries = 0;
        for (var at = 0; at < payload.Length; at++)
        {
            foreach (byte value in (ReadOnlySpan<byte>)[0, 1, 2, 0x7f, 0x80, 0xff])
            {
                var kept = payload[at];
                payload[at] = value;
                ReadPayload(header, payload);
                payload[at] = kept;
                tries++;
            }
        }

        // An exception costs a few KiB; a count believed would cost MiB.
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < tries * (64L << 10));
    }

    [Fact]
    public void Random_bytes_are_never_a_frame()
    {
        Random random = new(4711);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Assert.Null(DecodeOrRefuse(bytes));
        }
    }

    [Fact]
    public void Every_message_that_leaves_a_node_and_every_client_frame_has_a_sample()
    {
        var sampled = Samples.Encoded().Select(sample => sample.Name).ToHashSet();
        var all = Leaves<Message>().Concat(Leaves<ClientFrame>()).Select(type => type.Name);
        Assert.Empty(all.Except(sampled).Except(NodeInternal));
    }

    [Fact]
    public void What_is_read_is_what_was_written()
    {
        foreach (var message in SampleMessages.All)
        {
            Assert.Equal(Rendering.Of(message), Rendering.Of(Samples.Decode(Samples.Encode(message))));
        }

        foreach (var frame in Samples.ClientFrames)
        {
            Assert.Equal(Rendering.Of(frame), Rendering.Of(Samples.Decode(Samples.Encode(frame))));
        }
    }

    [Fact]
    public void What_is_read_is_what_was_written_for_random_contents()
    {
        RandomMessages random = new(42);
        var types = Leaves<Message>().Where(type => !NodeInternal.Contains(type.Name)).ToArray();
        var frames = Leaves<ClientFrame>().Where(type => type != typeof(ClientQuery)).ToArray();
        for (var i = 0; i < 200; i++)
        {
            foreach (var type in types)
            {
                var message = (Message)random.Next(type);
                Assert.Equal(Rendering.Of(message), Rendering.Of(Samples.Decode(Samples.Encode(message))));
            }

            foreach (var type in frames)
            {
                var frame = random.Next(type);
                if (frame is ClientFrame made)
                {
                    Assert.Equal(Rendering.Of(made), Rendering.Of(Samples.Decode(Samples.Encode(made))));
                }
            }
        }
    }

    [Fact]
    public void A_length_beyond_the_bound_is_refused_by_its_four_bytes()
    {
        byte[] length = [0xff, 0xff, 0xff, 0xff];
        Assert.Throws<WireFormatException>(() => FrameCodec.TryRead(length, 64 << 20, out _));
    }

    [Fact]
    public void A_version_that_is_not_spoken_is_named()
    {
        var bytes = Find("Prepare");
        bytes[4] = 9;
        var refused = Assert.Throws<WireFormatException>(() => FrameCodec.TryRead(bytes, 64 << 20, out _));
        Assert.Contains("version 9", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5000)]
    public void A_value_that_was_damaged_before_it_was_framed_is_refused(int bytes)
    {
        Value damaged = new(ValueKind.Commands, new(1), new byte[bytes], checksum: 0);
        var frame = Samples.Encode(new Accept(new(1, new(0), 1), new(0), new(1), damaged, Slot.Zero, Slot.Zero));
        Assert.Throws<WireFormatException>(() => Samples.Decode(frame));
    }

    [Fact]
    public void A_frame_has_the_checksum_of_its_bytes_however_long_its_values_are()
    {
        FrameBuffer buffer = new(1 << 20);
        int[] sizes = [100, 5000, 0, 1023, 1024, 70_001];
        Value[] values = [.. sizes.Select((size, i) => new Value(ValueKind.Commands, new(i), new byte[size]))];
        LearnReply message = new(new(1), values, new(9), Slot.Zero);
        buffer.BytesMax = 80_000;
        Assert.True(FrameCodec.TryWrite(buffer, new(1), new(1), message));
        Assert.False(FrameCodec.TryWrite(buffer, new(1), new(1), message));
        buffer.BytesMax = 1 << 20;
        Assert.True(FrameCodec.TryWrite(buffer, new(1), new(1), message));
        Assert.True(FrameCodec.TryRead(buffer.Written.Span, 1 << 20, out var first));
        Assert.True(FrameCodec.TryRead(buffer.Written.Span[first.Length..], 1 << 20, out var second));
        Assert.Equal(2 * first.Length, first.Length + second.Length);
        Assert.Equal(buffer.Length, 2 * first.Length);
    }

    [Fact]
    public void A_batch_with_fewer_commands_than_it_says_is_refused()
    {
        var bytes = Samples.Encode(new Submit(Samples.Entries(), 3));
        Assert.Throws<WireFormatException>(() => Samples.Decode(bytes));
    }

    [Fact]
    public void A_message_that_does_not_fit_leaves_the_buffer_as_it_was()
    {
        FrameBuffer buffer = new(200);
        Assert.True(FrameCodec.TryWrite(buffer, new(1), new(1), new Canvass(1)));
        var before = buffer.Written.ToArray();
        Assert.False(FrameCodec.TryWrite(buffer, new(1), new(1), new Submit(new byte[180], 0)));
        Assert.Equal(before, buffer.Written.ToArray());
        Assert.True(FrameCodec.TryWrite(buffer, new(1), new(1), new Canvass(2)));
    }

    [Fact]
    public void Writing_a_message_allocates_nothing()
    {
        FrameBuffer buffer = new(1 << 20);
        Message[] messages = [.. SampleMessages.All];
        WriteAll(buffer, messages);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            WriteAll(buffer, messages);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Values_of_one_frame_share_one_copy_and_leave_the_source_alone()
    {
        var values = Enumerable.Range(0, 50).Select(i => new Value(ValueKind.Commands, new(i), new byte[1000]));
        var bytes = Samples.Encode(new LearnReply(new(1), [.. values], new(9), Slot.Zero));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reply = (LearnReply)Samples.Decode(bytes)!;
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < bytes.Length + (50 * 200) + 8192);
        bytes.AsSpan().Fill(0xee);
        Assert.All(reply.Values, value => Assert.True(value.IsIntact));
    }

    private static void WriteAll(FrameBuffer buffer, Message[] messages)
    {
        buffer.Clear();
        foreach (var message in messages)
        {
            FrameCodec.TryWrite(buffer, new(1), new(1), message);
        }
    }

    private static object? DecodeOrRefuse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Samples.Decode(bytes);
        }
        catch (WireFormatException)
        {
            return null;
        }
    }

    private static void ReadPayload(FrameHeader header, byte[] payload)
    {
        try
        {
            _ = (byte)header.Kind >= 0x80
                ? (object)ClientFrameCodec.Read(header, payload)
                : MessageCodec.Read(header.Kind, payload);
        }
        catch (WireFormatException)
        {
            // One of the two clean ends.
        }
    }

    private static IEnumerable<Type> Leaves<T>() =>
        typeof(T).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(T)));

    private static byte[] Find(string name) => Samples.Encoded().First(sample => sample.Name == name).Bytes;
}
