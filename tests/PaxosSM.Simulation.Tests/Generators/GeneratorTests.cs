using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using PaxosSM.Testing.Generators;

namespace PaxosSM.Simulation.Tests.Generators;

/// <summary>What the generators draw is what it says it is, and becomes smaller until it can't.</summary>
[Properties(Arbitrary = [typeof(PaxosArbitraries)])]
public sealed class GeneratorTests
{
    private const int ShrinksMax = 10_000;

    [Property]
    public void A_batch_is_well_formed_and_reads_back(EntryBatch batch)
    {
        ReadOnlyMemory<byte> bytes = batch.Encode();
        Assert.True(CommandEntry.IsWellFormed(bytes));
        Assert.All(batch.Entries, entry =>
        {
            Assert.True(CommandEntry.TryRead(ref bytes, out var read));
            Assert.Equal((entry.Kind, entry.Session, entry.Sequence), (read.Kind, read.Session, read.Sequence));
            Assert.Equal(entry.Payload.ToArray(), read.Payload.ToArray());
        });
        Assert.True(bytes.IsEmpty);
    }

    [Property]
    public void A_value_is_intact_and_a_view_in_it_reads_back(Value value)
    {
        Assert.True(value.IsIntact);
        Assert.True(value.Kind != ValueKind.View || ViewCodec.Decode(value.Payload.Span) is not null);
    }

    [Property]
    public void A_configuration_has_every_role(Configuration configuration)
    {
        Assert.NotEmpty(configuration.Proposers);
        Assert.NotEmpty(configuration.Acceptors);
        Assert.NotEmpty(configuration.Learners);
    }

    [Property]
    public void A_views_leader_owns_its_first_lane(View view) =>
        Assert.Equal(view.Ballot.Proposer, view.Owners[0].Node);

    [Property]
    public void A_corruption_never_makes_bytes_longer(Corruption corruption, byte[] bytes) =>
        Assert.True(corruption.Apply(bytes).Length <= bytes.Length);

    [Property]
    public void A_flipped_bit_flips_back(ushort place, byte bit, byte[] bytes)
    {
        var flip = new FlippedBit(place, bit % 8);
        Assert.Equal(bytes, flip.Apply(flip.Apply(bytes)));
        Assert.True(bytes.Length == 0 || !flip.Apply(bytes).SequenceEqual(bytes));
    }

    [Fact]
    public void Everything_becomes_smaller_until_it_cannot()
    {
        AssertShrinks(PaxosArbitraries.Ballots());
        AssertShrinks(PaxosArbitraries.Slots());
        AssertShrinks(PaxosArbitraries.SlotRanges());
        AssertShrinks(PaxosArbitraries.Views());
        AssertShrinks(PaxosArbitraries.Values());
        AssertShrinks(PaxosArbitraries.Batches());
        AssertShrinks(PaxosArbitraries.Configurations());
        AssertShrinks(PaxosArbitraries.Schedules());
        AssertShrinks(PaxosArbitraries.Corruptions());
    }

    [Fact]
    public void The_shortest_list_that_fails_is_found()
    {
        int[] failing = [.. Enumerable.Range(0, 40)];
        while (Shrinks.List(failing).FirstOrDefault(list => list.Contains(7) && list.Contains(31)) is { } smaller)
        {
            failing = smaller;
        }

        Assert.Equal([7, 31], failing);
    }

    // Some way down, all the way: it must end.
    private static void AssertShrinks<T>(Arbitrary<T> arbitrary)
    {
        foreach (var drawn in arbitrary.Generator.Sample(20, new Rnd(7), 30))
        {
            var smaller = arbitrary.Shrinker(drawn).ToArray();
            for (var left = ShrinksMax; smaller.Length > 0; left--)
            {
                Assert.True(left > 0, $"{typeof(T)} shrinks for ever");
                smaller = [.. arbitrary.Shrinker(smaller[left % smaller.Length])];
            }
        }
    }
}
