using PaxosSM.Messages;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>What a laggard takes from epochs after its own (R5, R11): where there is something to fetch, and nothing
/// else.</summary>
public sealed class LaterEpochTests
{
    private static readonly Instant Now = new(1_000_000);

    [Theory]
    [InlineData(2, 9)]
    [InlineData(3, 1)]
    public void What_they_chose_is_fetched_and_is_no_base_of_a_take_over_in_this_one(uint later, long through)
    {
        Effects effects = new(new(1));
        Succession core = new(new(new(1), new(1), 1, Of(Epoch.First), new(), 1), Slot.Zero, Now, null, StorageOf(1));

        // Of the epoch that follows, its base is this one's end; of any other it lies somewhere above that.
        Epoch epoch = new(later);
        core.Step(
            new Received(new(2), new EpochEnd(new(new(9), 5, Of(epoch)), true)) { Epoch = epoch }, Now, effects);
        Value command = new(ValueKind.Commands, new(1), new byte[] { 1 });
        core.Step(
            new Received(new(2), new LearnReply(new(1), [command], new(90), Slot.Zero)) { Epoch = epoch },
            Now,
            effects);

        Assert.Equal((new Slot(1), new Slot(90)), (core.Replica.Frontier, core.Replica.KnownChosen));
        var asked = Assert.Single(effects.Sends.Select(sent => sent.Message).OfType<LearnRequest>());
        Assert.Equal(new(2), asked.From);
        Assert.Equal(new(through), BaseOfTakeOver(core, effects));
    }

    private static Slot BaseOfTakeOver(Succession core, Effects effects)
    {
        Ballot ballot = new(1, new(1), 1);
        core.Replica.Proposer.Stand(ballot, Now, effects);
        foreach (ushort acceptor in (ushort[])[0, 2])
        {
            Promise promise = new(ballot, Slot.Zero, Ballot.None, Slot.Zero, null, [], []);
            core.Step(new Received(new(acceptor), promise), Now, effects);
        }

        return Assert.Single(effects.Events.OfType<TakenOver>()).Base;
    }

    private static Configuration Of(Epoch epoch) => new(
        epoch,
        [
            .. from id in Enumerable.Range(0, 3)
               select new Member(new((ushort)id), $"n{id}", $"n{id}:1", MemberRoles.All, StorageOf(id)),
        ]);

    private static StorageId StorageOf(int node) => new(new Guid(node, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}
