using PaxosSM.Log;
using PaxosSM.Roles;
using PaxosSM.Runtime;

namespace PaxosSM.Core.Tests.Values;

/// <summary>Memory of payloads goes back to its pool when the node lets go of a value, and no earlier.</summary>
public sealed class LentMemoryTests
{
    private const int Bytes = 100;
    private static readonly Ballot Reign = new(1, new(0), 1);
    private static readonly View Deal = new(Reign, new(2), [new(new(0), 1)]);
    private readonly PayloadPool _pool = PayloadPool.Spoiling();
    private readonly Effects _effects = new(new(0));

    [Fact]
    public void What_was_given_back_is_lent_again_and_was_spoilt_meanwhile()
    {
        var first = _pool.Lend(Bytes);
        first.Span.Fill(7);
        var view = LentMemory.View(first);
        LentMemory.GiveBack(first);
        Assert.NotEqual(7, view.Span[0]);

        var second = _pool.Lend(Bytes + 1);
        Assert.Equal(Bytes + 1, second.Length);
        second.Span.Fill(9);
        Assert.Equal(9, view.Span[0]);
    }

    [Fact]
    public void Pieces_of_every_size_are_as_long_as_they_were_asked_for()
    {
        for (var bytes = 1; bytes < 5000; bytes++)
        {
            var memory = _pool.Lend(bytes);
            Assert.Equal(bytes, memory.Length);
            Assert.Equal(bytes, memory.Span.Length);
            LentMemory.GiveBack(memory);
        }
    }

    [Fact]
    public void A_values_memory_goes_back_once_the_log_has_let_go_of_it_and_the_driver_says_so()
    {
        var value = Lent();
        ChosenLog log = new(Slot.Zero);
        Assert.True(log.Add(new(1), value));
        value.GiveBack();
        Assert.Equal(Bytes, value.Payload.Length);

        log.Drop(new(1), _effects);
        Assert.Same(value, Assert.Single(_effects.Freed));
        Assert.True(value.IsIntact);

        value.GiveBack();
        var size = value.Size;
        Assert.Throws<InvalidOperationException>(() => value.Payload);
        Assert.Equal(Value.Overhead + Bytes, size);
    }

    [Fact]
    public void Memory_of_which_two_values_were_made_never_goes_back()
    {
        var memory = _pool.Lend(Bytes);
        Value one = new(ValueKind.Commands, LogTime.Zero, memory);
        Value other = new(ValueKind.Commands, LogTime.Zero, memory);
        one.GiveBack();
        other.GiveBack();
        LentMemory.GiveBack(memory);
        Assert.True(other.IsIntact);
    }

    [Fact]
    public void Memory_that_somebody_keeps_never_goes_back()
    {
        var memory = _pool.Lend(Bytes);
        memory.Span.Fill(7);
        LentMemory.Keep(memory);
        LentMemory.GiveBack(memory);
        Assert.Equal(7, memory.Span[0]);
    }

    [Fact]
    public void Memory_that_a_value_has_does_not_go_back_with_the_frame_that_brought_it()
    {
        var memory = _pool.Lend(Bytes);
        Value value = new(ValueKind.Commands, LogTime.Zero, memory);
        new ClientSubmit(GroupId.Default, memory, 1).GiveBack();
        Assert.True(value.IsIntact);
    }

    [Fact]
    public void A_value_that_was_reported_to_a_candidate_stays_as_it_may_be_proposed_for_ever()
    {
        var value = Lent();
        AcceptorState state = new();
        state.Promise(Reign);
        state.VoteSync(Reign, Slot.Zero, Deal, [new(ValueKind.View, LogTime.Zero, ViewCodec.Encode(Deal))]);
        state.VoteSlot(new(0), new(2), value);
        state.Promise(new(2, new(1), 1));
        Assert.Contains(state.Report(new(2, new(1), 1)).Votes, vote => vote.Value == value);

        DropFromLog(value);
        Assert.Empty(_effects.Freed);
        value.GiveBack();
        Assert.True(value.IsIntact);
    }

    [Fact]
    public void A_value_whose_proposer_still_counts_its_votes_stays()
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), $"n{id}", $"n{id}", MemberRoles.All, default)];
        ReplicaContext context = new(GroupId.Default, new(0), 1, new(Epoch.First, members), new(), 1);
        OwnedLane lane = new(context, Deal, new(0), _ => true);
        var value = Lent();
        lane.Propose(value, default, _effects);

        DropFromLog(value);
        Assert.Empty(_effects.Freed);
        value.GiveBack();
        Assert.True(value.IsIntact);
    }

    [Fact]
    public void A_batch_of_many_submissions_gives_back_what_it_was_copied_from()
    {
        Configuration alone = new(Epoch.First, [new(new(0), "m0", "local", MemberRoles.All, default)]);
        Batcher batcher = new(new(GroupId.Default, new(0), 1, alone, new(), 1) { Lend = _pool.Lend });
        var first = _pool.Lend(Bytes);
        var views = LentMemory.View(first);
        first.Span.Fill(7);
        Assert.True(batcher.TryAdd(first) && batcher.TryAdd(new byte[1]));

        var batch = batcher.Take();
        Assert.Equal(Bytes + 1, batch.Length);
        Assert.Equal(7, batch.Span[Bytes - 1]);
        Assert.NotEqual(7, views.Span[0]);
    }

    private void DropFromLog(Value value)
    {
        ChosenLog log = new(Slot.Zero);
        Assert.True(log.Add(new(1), value));
        log.Drop(new(1), _effects);
    }

    private Value Lent()
    {
        var memory = _pool.Lend(Bytes);
        memory.Span.Fill(5);
        return new(ValueKind.Commands, LogTime.Zero, memory);
    }
}
