using FsCheck.Xunit;

namespace PaxosSM.Core.Tests.Outboxes;

/// <summary>A token's bytes and order.</summary>
public sealed class OutboxTokenTests
{
    [Property(MaxTest = 500)]
    public void Its_bytes_read_back_and_order_as_places_of_the_log_do(int seed)
    {
        var random = new Random(seed);
        var (left, right) = (Draw(random), Draw(random));
        Assert.Equal(left, OutboxToken.Read(left.ToBytes()));
        Assert.Equal(PlaceOf(left).CompareTo(PlaceOf(right)), Math.Sign(left.CompareTo(right)));
        Assert.Equal(
            Math.Sign(left.CompareTo(right)), Math.Sign(left.ToBytes().AsSpan().SequenceCompareTo(right.ToBytes())));
        Assert.Equal(left < right, right > left);
        Assert.Equal(left <= right, right >= left);
    }

    [Fact]
    public void Its_bytes_are_as_receivers_keep_them()
    {
        OutboxToken token = new(new(0x0102030405060708), new(9), new(10), new(11), -1, 12);
        Assert.Equal(
            "00000000000000090000000A000000000000000B00000000000000000000000C0102030405060708",
            Convert.ToHexString(token.ToBytes()));
        Assert.Equal("0102030405060708/g9/e10/s11/-1/12", token.ToString());
    }

    [Fact]
    public void Too_few_bytes_are_no_token() =>
        Assert.Throws<InvalidDataException>(() => OutboxToken.Read(new byte[OutboxToken.Size - 1]));

    // Of one fork and group, in the order in which an executor calls its machine.
    private static (uint Epoch, long Slot, bool IsCommand, int Index, int Number) PlaceOf(OutboxToken token) => (
        token.Epoch.Number, token.Slot.Index, token.Index >= 0, token.Index >= 0 ? token.Index : -token.Index,
        token.Number);

    private static OutboxToken Draw(Random random) => new(
        new(7), new(1), new((uint)random.Next(1, 3)), new(random.Next(1, 4)), random.Next(-3, 4), random.Next(3));
}
