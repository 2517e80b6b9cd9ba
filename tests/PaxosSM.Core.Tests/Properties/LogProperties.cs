using FsCheck.Xunit;
using PaxosSM.Log;

namespace PaxosSM.Core.Tests.Properties;

/// <summary>The log's collections against sets of the standard library.</summary>
public sealed class LogProperties
{
    [Property(MaxTest = 300)]
    public void A_slot_log_is_a_sorted_dictionary(ulong seed)
    {
        var random = new SeededRandom(seed);
        var log = new SlotLog<long>();
        var twin = new SortedDictionary<long, long>();
        for (var step = 0; step < 200; step++)
        {
            var slot = random.Below(60) + (step / 4);
            switch (random.Below(12))
            {
                case 0:
                    log.RemoveThrough(new(slot - 30));
                    Remove(twin, key => key <= slot - 30);
                    break;
                case 1:
                    log.RemoveAbove(new(slot + 20));
                    Remove(twin, key => key > slot + 20);
                    break;
                case 2:
                    log.RemoveWhere(value => value % 7 == 0);
                    Remove(twin, key => twin[key] % 7 == 0);
                    break;
                default:
                    log.Set(new(slot), step);
                    twin[slot] = step;
                    break;
            }

            Assert.Equal(twin, log.Select(entry => KeyValuePair.Create(entry.Key.Index, entry.Value)));
            Assert.Equal(twin.Count == 0 ? 0 : twin.Keys.Last(), log.Last.Index);
            Assert.Equal(twin.Keys.Count(key => key <= slot), log.IndexAbove(new(slot)));
            Assert.Equal(twin.TryGetValue(slot, out var expected), log.TryGet(new(slot), out var found));
            Assert.Equal(expected, found);
        }
    }

    [Property(MaxTest = 300)]
    public void Slot_ranges_are_a_set_of_slots(ulong seed)
    {
        var random = new SeededRandom(seed);
        var ranges = new SlotRanges();
        var twin = new SortedSet<long>();
        for (var step = 0; step < 100; step++)
        {
            var first = random.Below(50) + 1;
            var range = new SlotRange(new(first), new(first + random.Below(8) - 1));
            var slots = Enumerable.Range((int)first, (int)range.Count).Select(slot => (long)slot).ToArray();
            if (random.Below(2) == 0)
            {
                ranges.Add(range);
                twin.UnionWith(slots);
            }
            else
            {
                ranges.Remove(range);
                twin.ExceptWith(slots);
            }

            Assert.Equal(twin, ranges.All.SelectMany(SlotsOf));
            Assert.Equal(twin.Where(slot => slot > first), ranges.Above(new(first)).SelectMany(SlotsOf));
            Assert.Equal(twin.Intersect(slots), ranges.Within(range).SelectMany(SlotsOf));
            Assert.Equal(twin.Contains(first), ranges.Contains(new(first)));
            Assert.Equal(twin.Max, ranges.Last.Index);
            Assert.All(ranges.All.Zip(ranges.All.Skip(1)), pair =>
                Assert.True(pair.First.Last.Next < pair.Second.First));
        }
    }

    private static IEnumerable<long> SlotsOf(SlotRange range)
    {
        for (var slot = range.First.Index; slot <= range.Last.Index; slot++)
        {
            yield return slot;
        }
    }

    private static void Remove(SortedDictionary<long, long> twin, Func<long, bool> gone)
    {
        foreach (var key in twin.Keys.Where(gone).ToArray())
        {
            twin.Remove(key);
        }
    }
}
