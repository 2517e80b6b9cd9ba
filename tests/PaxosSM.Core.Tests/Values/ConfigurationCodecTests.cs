using PaxosSM.Quorums;

namespace PaxosSM.Core.Tests.Values;

/// <summary>A configuration's bytes.</summary>
public sealed class ConfigurationCodecTests
{
    private const int FlagsAt = 17;
    private static readonly StorageId Storage = new(new Guid("00112233-4455-6677-8899-aabbccddeeff"));
    private static readonly Member Member = new(new(3), "d", "h:1", MemberRoles.All, Storage);

    [Theory]
    [InlineData(false, "00")]
    [InlineData(true, "01")]
    public void Its_bytes_are_pinned(bool wedged, string flags)
    {
        var bytes = Encode(wedged);
        Assert.Equal(
            "02" + "05000000" + "0800" + "01" + "01000000" + "01000000" + "02" + flags + "0100"
                + "0300" + "07" + "33221100554477668899AABBCCDDEEFF" + "010064" + "0300683A31",
            Convert.ToHexString(bytes));

        var read = ConfigurationCodec.Decode(bytes);
        Assert.NotNull(read);
        Assert.Equal(wedged, read.IsWedged);
        Assert.Equal(
            (new Epoch(5), (ushort)8, QuorumRule.Flexible(1, 1), (DealPolicy?)DealPolicy.Adaptive),
            (read.Epoch, read.NextNumber, read.Rule, read.Deal));
        Assert.Equal([Member], read.Members);
    }

    [Fact]
    public void The_fork_that_was_forced_follows_the_flags_and_goes_on_from_epoch_to_epoch()
    {
        var bytes = Encode(true);
        bytes[FlagsAt] = 3;
        byte[] forced = [.. bytes[..(FlagsAt + 1)], 7, 0, 0, 0, 0, 0, 0, 0, .. bytes[(FlagsAt + 1)..]];
        var read = ConfigurationCodec.Decode(forced)!;
        Assert.Equal((true, new ForkId(7)), (read.IsWedged, read.Fork));
        Assert.Equal([Member], read.Members);
        Assert.Equal(forced, ConfigurationCodec.Encode(read).ToArray());
        var next = ConfigurationCodec.Decode(Encode(true))!.InFork(read.Fork);
        Assert.Equal(forced, ConfigurationCodec.Encode(next).ToArray());
    }

    [Fact]
    public void Version_1_had_no_flags_and_none_is_set()
    {
        var bytes = Encode(true);
        var read = ConfigurationCodec.Decode((byte[])[1, .. bytes[1..FlagsAt], .. bytes[(FlagsAt + 1)..]]);
        Assert.NotNull(read);
        Assert.False(read.IsWedged);
        Assert.Equal([Member], read.Members);
    }

    [Fact]
    public void Flags_that_nobody_knows_are_refused()
    {
        foreach (var flags in Enumerable.Range(0, 256))
        {
            var bytes = Encode(false);
            bytes[FlagsAt] = (byte)flags;
            Assert.Equal(flags is 0 or 1, ConfigurationCodec.Decode(bytes) is not null);
        }
    }

    [Fact]
    public void Bytes_that_end_too_early_or_too_late_are_none()
    {
        var bytes = Encode(true);
        Assert.All(
            Enumerable.Range(0, bytes.Length), end => Assert.Null(ConfigurationCodec.Decode(bytes.AsSpan(0, end))));
        Assert.Null(ConfigurationCodec.Decode((byte[])[.. bytes, 0]));
    }

    private static byte[] Encode(bool wedged)
    {
        Configuration configuration = new(new(5), [Member], QuorumRule.Flexible(1, 1), DealPolicy.Adaptive)
        {
            NextNumber = 8,
            IsWedged = wedged,
        };
        return ConfigurationCodec.Encode(configuration).ToArray();
    }
}
