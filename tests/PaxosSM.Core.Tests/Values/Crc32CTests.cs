using System.Numerics;
using System.Text;

namespace PaxosSM.Core.Tests.Values;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void It_is_castagnolis(string text, uint checksum) =>
        Assert.Equal(checksum, Crc32C.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Runs_side_by_side_are_the_same_as_octets_one_by_one()
    {
        var random = new Random(7);
        var bytes = new byte[20_000];
        random.NextBytes(bytes);
        int[] lengths = [767, 768, 769, 1535, 1536, 6143, 6144, 6145, 6912, 12_288, 19_000];
        for (var round = 0; round < 300; round++)
        {
            var length = round < lengths.Length ? lengths[round] : random.Next(bytes.Length);
            var span = bytes.AsSpan(random.Next(bytes.Length - length), length);
            var split = random.Next(length + 1);
            var expected = OneByOne(span);
            Assert.True(expected == Crc32C.Of(span), $"{length} bytes");
            Assert.True(expected == Crc32C.Of(span[..split], span[split..]), $"{split} of {length} bytes");
        }
    }

    [Fact]
    public void What_a_value_tells_of_its_payload_need_not_be_read_again()
    {
        var random = new Random(8);
        int[] lengths = [0, 1, 255, 256, 1023, 1024, 2047, 2048, 2055, 100_003];
        foreach (var length in lengths)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            Value value = new(ValueKind.Commands, new(random.NextInt64()), bytes);
            var crc = (uint)random.NextInt64();
            Assert.True(Crc32C.Append(crc, bytes) == value.AppendPayload(crc), $"{length} bytes");
        }
    }

    private static uint OneByOne(ReadOnlySpan<byte> bytes)
    {
        var crc = Crc32C.Start;
        foreach (var octet in bytes)
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return ~crc;
    }
}
