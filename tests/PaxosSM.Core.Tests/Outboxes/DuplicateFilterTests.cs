using FsCheck.Xunit;

namespace PaxosSM.Core.Tests.Outboxes;

/// <summary>Whoever delivers, however often and however late: a receiver takes each effect once (R27).</summary>
public sealed class DuplicateFilterTests
{
    [Property(MaxTest = 300)]
    public void Every_effect_is_taken_once_and_in_order(int seed)
    {
        DeliveryRun run = new(seed);
        run.Go();
        run.Check();
    }

    [Fact]
    public void Repeats_do_come_in_such_runs()
    {
        DeliveryRun run = new(1);
        run.Go();
        Assert.True(run.Duplicates > 10, $"{run.Duplicates} repeats");
    }

    [Fact]
    public void Forks_groups_and_destinations_are_told_apart()
    {
        var entry = EntryOf(5, "a");
        DuplicateFilter filter = new([DuplicateFilter.MarkOf(entry)]);
        Assert.False(filter.IsNew(entry));
        Assert.False(filter.IsNew(EntryOf(4, "a")));
        Assert.True(filter.IsNew(EntryOf(6, "a")));
        Assert.True(filter.IsNew(EntryOf(4, "b")));
        Assert.True(filter.IsNew(entry with { Token = entry.Token with { Fork = new(8) } }));
        Assert.True(filter.IsNew(entry with { Token = entry.Token with { Group = new(8) } }));
        Assert.Equal(2, filter.Duplicates);
    }

    [Fact]
    public void What_is_not_taken_stays_new()
    {
        DuplicateFilter filter = new([]);
        Assert.True(filter.IsNew(EntryOf(5, "a")));
        Assert.True(filter.IsNew(EntryOf(5, "a")));
        filter.Take(DuplicateFilter.MarkOf(EntryOf(5, "a")));
        filter.Take(DuplicateFilter.MarkOf(EntryOf(3, "a")));
        Assert.False(filter.IsNew(EntryOf(5, "a")));
    }

    [Fact]
    public void Marks_are_bounded_and_none_is_dropped_to_make_room()
    {
        DuplicateFilter filter = new([DuplicateFilter.MarkOf(EntryOf(5, "a"))], marksMax: 1);
        var refused = Assert.Throws<InvalidOperationException>(() => filter.IsNew(EntryOf(1, "b")));
        Assert.Contains("1 marks are kept already", refused.Message, StringComparison.Ordinal);
        _ = Assert.Throws<InvalidOperationException>(() => filter.Take(DuplicateFilter.MarkOf(EntryOf(1, "b"))));
        Assert.False(filter.IsNew(EntryOf(5, "a")));
        Assert.Equal(0, filter.Forget(new(8)));
        Assert.Equal(1, filter.Forget(new(7)));
        Assert.True(filter.IsNew(EntryOf(1, "b")));
    }

    private static OutboxEntry EntryOf(long slot, string destination) =>
        new(new(new(7), GroupId.Default, Epoch.First, new(slot), 0, 0), destination, default);
}
