using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>What owners hold above what is chosen: whoever takes over adopts it, in one message (R3, R5).</summary>
public sealed class OwnerBoundTests
{
    private const int Batch = 100;
    private static readonly Instant Start = new(60_000_000);

    // The owners' numbers of lanes, and the share of each in batches.
    [Theory]
    [InlineData(new[] { 1 }, 6)]
    [InlineData(new[] { 3 }, 6)]
    [InlineData(new[] { 1, 1 }, 6)]
    [InlineData(new[] { 1, 4, 4, 4, 4, 4, 4 }, 3)]
    [InlineData(new[] { 4, 4, 4, 1, 1 }, 1)]
    public void An_owner_stops_at_its_share_however_many_lanes_it_has(int[] lanes, int batches)
    {
        var window = lanes.Length * batches * Batch;
        foreach (var owned in Owners(lanes, window))
        {
            Assert.Equal(batches, Fill(owned, Batch));
        }

        foreach (var owned in Owners(lanes, window - 1).Where(_ => batches > 1))
        {
            Assert.Equal(batches - 1, Fill(owned, Batch));
        }
    }

    [Theory]
    [InlineData(new[] { 1, 4, 4, 4, 4, 4, 4 }, 5 * Batch, 7 * Batch)]
    [InlineData(new[] { 1, 4, 4, 4, 4, 4, 4 }, 25 * Batch, 21 * Batch)]
    [InlineData(new[] { 4, 1 }, 3 * Batch, 2 * Batch)]
    public void All_together_hold_no_more_than_the_window_or_a_batch_for_each_owner(int[] lanes, int window, int most)
    {
        var held = Owners(lanes, window).Sum(owned => Batch * (long)Fill(owned, Batch));

        Assert.Equal(most, held);
        Assert.True(held <= Math.Max(window, lanes.Length * Batch));
    }

    [Fact]
    public void A_batch_of_any_size_finds_room_where_nothing_is_held_and_none_beside()
    {
        var owned = Owners([2, 1], 12 * Batch)[0];
        Assert.Equal(1, Fill(owned, 20 * Batch));
        Assert.Null(owned.Free(Batch));

        // A small one is counted in full, and leaves no room for one that is larger than the rest of the share.
        owned = Owners([2, 1], 12 * Batch)[0];
        owned.Propose(owned.Free(Batch)!, Command(Batch), Start, new(owned.View.Owners[0].Node));
        Assert.NotNull(owned.Free(5 * Batch));
        Assert.Null(owned.Free((5 * Batch) + 1));
    }

    [Fact]
    public void What_is_chosen_in_all_lanes_leaves_the_share()
    {
        var owned = Owners([1, 1], 4 * Batch)[0];
        Assert.Equal(2, Fill(owned, Batch));
        for (ushort node = 0; node < 2; node++)
        {
            owned.On(new(node), new(owned.Ballot, new(0), new(1), new(4)), default, new(new(0)));
        }

        // The other owner's slot 3 is missing: 4 is counted, and stays.
        Assert.Equal(new Slot(2), owned.ChosenThrough);
        Assert.Equal(1, Fill(owned, Batch));
        owned.Hear(new(owned.Ballot, new(1), new(3)), Slot.Zero, Slot.Zero);
        Assert.Equal(new Slot(4), owned.ChosenThrough);
        Assert.Equal(1, Fill(owned, Batch));
    }

    [Fact]
    public void A_lone_submission_is_as_large_as_the_next_batch_may_be()
    {
        Configuration alone = new(Epoch.First, [new(new(0), "m0", "local", MemberRoles.All, default)]);
        Batcher batcher = new(new(new(1), new(0), 1, alone, new() { BatchBytesMax = Batch }, 1));
        Assert.Equal(Batch, batcher.NextBytesMax);
        Assert.True(batcher.TryAdd(new byte[5 * Batch]) && batcher.TryAdd(new byte[1]));
        Assert.Equal(5 * Batch, batcher.NextBytesMax);
        Assert.Equal(5 * Batch, batcher.Take().Length);
        Assert.Equal(Batch, batcher.NextBytesMax);
    }

    // Each owner of one deal, as it sees it.
    private static List<Ownership> Owners(int[] lanes, int window)
    {
        Member[] members = [.. from id in Enumerable.Range(0, Math.Max(3, lanes.Length))
            select new Member(new((ushort)id), "n", "n", MemberRoles.All, default)];
        Configuration configuration = new(Epoch.First, members);
        var options = new ProtocolOptions
        {
            Deal = DealPolicy.Adaptive, WindowSlotsMax = 1000, WindowBytesMax = window, BatchBytesMax = Batch,
        };
        var owners = lanes.SelectMany((count, id) => Enumerable.Repeat(new LaneOwner(new((ushort)id), 1), count));
        View view = new(new(1, new(0), 1), new(2), [.. owners]);
        return
        [
            .. from id in Enumerable.Range(0, lanes.Length)
               let context = new ReplicaContext(new(1), new((ushort)id), 1, configuration, options, 1)
               select new Ownership(context, view, _ => true),
        ];
    }

    // Proposes until there is no room any more.
    private static int Fill(Ownership owned, int size)
    {
        Effects effects = new(owned.View.Owners[0].Node);
        var batches = 0;
        for (; owned.Free(size) is { } lane; batches++)
        {
            Assert.InRange(batches, 0, 1000);
            owned.Propose(lane, Command(size), Start, effects);
        }

        return batches;
    }

    // A value's own head counts, too.
    private static Value Command(int size) =>
        new(ValueKind.Commands, new(5), new byte[size - new Value(ValueKind.Commands, new(5), default).Size]);
}
