using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using PaxosSM.Quorums;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>R8 where the deal follows the load: how many lanes each owner gets, and in which order.</summary>
public sealed class LaneWeightsTests
{
    private const long Kilo = 1 << 10;

    // The lanes of each owner, the leader first; the rates are in KiB a second.
    [Theory]
    [InlineData(new long[] { 0, 0, 0 }, new[] { 1, 0, 0 })]
    [InlineData(new long[] { 0, 15, 0 }, new[] { 1, 0, 0 })]
    [InlineData(new long[] { 0, 16, 0 }, new[] { 1, 4, 0 })]
    [InlineData(new long[] { 100, 100, 100 }, new[] { 1, 1, 1 })]
    [InlineData(new long[] { 800, 100, 99 }, new[] { 4, 1, 0 })]
    [InlineData(new long[] { 100, 800, 300 }, new[] { 1, 4, 2 })]
    [InlineData(new long[] { 100, 800, 600 }, new[] { 1, 4, 2 })]
    [InlineData(new long[] { 800, 400, 0 }, new[] { 2, 1, 0 })]
    [InlineData(new long[] { 800, 0, 0 }, new[] { 1, 0, 0 })]
    public void Lanes_go_where_the_load_is(long[] rates, int[] lanes) =>
        Assert.Equal(lanes, Counts(Deal(rates), rates.Length));

    [Theory]
    [InlineData(470_000)]
    [InlineData(600_000)]
    [InlineData(100_000_000)]
    [InlineData(long.MaxValue / Kilo / 8)]
    public void No_rate_is_too_high(long rate) => Assert.Equal([2, 1, 0], Counts(Deal([rate, rate / 2, 1]), 3));

    [Fact]
    public void An_owners_lanes_lie_apart() =>
        Assert.Equal([0, 1, 2, 1, 1, 2, 1], from owner in Deal([100, 800, 400]) select (int)owner.Node.Value);

    [Fact]
    public void A_deal_has_no_more_lanes_than_a_message_can_name()
    {
        var most = Deal([0, .. Enumerable.Repeat(100L, NodeSet.MembersMax - 1)]);
        Assert.Equal(NodeSet.MembersMax, most.Count);
        Assert.Equal([1, 2, .. Enumerable.Repeat(2, 19)], Counts(Deal([0, .. Enumerable.Repeat(100L, 20)]), 21));
        Assert.Equal(NodeSet.MembersMax, new ProtocolOptions { Deal = DealPolicy.Adaptive }.LanesMax(17));
    }

    [Property(MaxTest = 1000)]
    public Property Each_deal_is_one_that_owners_can_keep() => Prop.ForAll(
        Gen.Choose(0, 2000).Select(rate => (long)rate).NonEmptyListOf().Select(rates => rates.Take(64).ToArray())
            .ToArbitrary(),
        rates =>
        {
            var deal = Deal(rates);
            var counts = Counts(deal, rates.Length);
            var highest = rates.Max();
            var options = new ProtocolOptions { Deal = DealPolicy.Adaptive };
            Assert.Equal(0, deal[0].Node.Value);
            Assert.InRange(deal.Count, 1, options.LanesMax(rates.Length));
            Assert.All(counts, count => Assert.True(count is 0 or 1 or 2 or 4));
            for (var owner = 1; owner < rates.Length && highest >= 16; owner++)
            {
                Assert.Equal(rates[owner] * 8 >= highest, counts[owner] > 0);
                Assert.True(rates[owner] < highest || counts[owner] == counts.Max());
            }
        });

    private static IReadOnlyList<LaneOwner> Deal(long[] rates)
    {
        var owners = from node in Enumerable.Range(0, rates.Length) select new LaneOwner(new((ushort)node), 1);
        return LaneWeights.Weigh([.. owners], owner => rates[owner.Node.Value] * Kilo);
    }

    private static int[] Counts(IReadOnlyList<LaneOwner> deal, int owners) =>
        [.. from node in Enumerable.Range(0, owners) select deal.Count(lane => lane.Node.Value == node)];
}
