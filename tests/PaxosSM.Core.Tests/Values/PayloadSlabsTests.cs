using System.Runtime.InteropServices;
using PaxosSM.Runtime;

namespace PaxosSM.Core.Tests.Values;

/// <summary>Payloads are cut from slabs, which are used again whatever the sizes of the next ones are.</summary>
public sealed class PayloadSlabsTests
{
    private const int Slabs = 8;
    private readonly PayloadPool _pool = PayloadPool.Spoiling();

    [Fact]
    public void Pieces_lent_together_have_nothing_in_common()
    {
        var pieces = LendAll(seed: 1);
        for (var index = 0; index < pieces.Count; index++)
        {
            pieces[index].Span.Fill((byte)index);
        }

        for (var index = 0; index < pieces.Count; index++)
        {
            Assert.Equal(-1, pieces[index].Span.IndexOfAnyExcept((byte)index));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_came_back_in_whatever_order_serves_pieces_of_other_sizes(bool isReversed)
    {
        var first = LendAll(seed: 2);
        var arrays = ArraysOf(first);
        if (isReversed)
        {
            first.Reverse();
        }

        foreach (var piece in first)
        {
            LentMemory.GiveBack(piece);
        }

        Assert.Subset(arrays, ArraysOf(LendAll(seed: 3)));
    }

    [Fact]
    public void A_slab_is_not_used_again_while_one_of_its_pieces_is_out()
    {
        var pieces = LendAll(seed: 4);
        var kept = pieces[0];
        kept.Span.Fill(7);
        foreach (var piece in pieces.Skip(1))
        {
            LentMemory.GiveBack(piece);
        }

        foreach (var piece in LendAll(seed: 5))
        {
            piece.Span.Fill(9);
        }

        Assert.Equal(-1, kept.Span.IndexOfAnyExcept((byte)7));
    }

    [Fact]
    public void What_is_lent_briefly_shares_no_slab_with_what_stays()
    {
        var lasting = LendAll(seed: 6);
        var brief = _pool.LendBriefly(1000);
        Assert.DoesNotContain(ArrayOf(brief), ArraysOf(lasting));
        Assert.Equal(1000, brief.Length);
    }

    // As much as some slabs have.
    private List<Memory<byte>> LendAll(int seed)
    {
        const int SlabBytes = 1 << 16;
        const int PieceBytesMax = SlabBytes / 4;
        SeededRandom random = new((ulong)seed);
        List<Memory<byte>> pieces = [];
        for (var left = (Slabs - 1) * SlabBytes; left > 0; left -= PieceBytesMax)
        {
            pieces.Add(_pool.Lend(1 + (int)(random.Next() % PieceBytesMax)));
        }

        return pieces;
    }

    private static HashSet<byte[]> ArraysOf(IEnumerable<Memory<byte>> pieces) => [.. pieces.Select(ArrayOf)];

    private static byte[] ArrayOf(Memory<byte> piece)
    {
        Assert.True(MemoryMarshal.TryGetArray<byte>(piece, out var segment));
        return segment.Array!;
    }
}
