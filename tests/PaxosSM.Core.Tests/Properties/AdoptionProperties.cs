using FsCheck.Xunit;
using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Takeover;

namespace PaxosSM.Core.Tests.Properties;

/// <summary>Adoption against R5 taken word by word, on promises that acceptors could have made.</summary>
public sealed class AdoptionProperties
{
    private static readonly MajorityQuorums Quorums = new(new(0b11111));

    [Property(MaxTest = 1000)]
    public void The_suffix_is_that_of_the_highest_ballot_as_a_whole(ulong seed)
    {
        var random = new SeededRandom(seed);
        var promises = Draw(random);
        var known = new Slot(random.Below(4));
        var adoption = Adoption.Compute(promises, known, Quorums);
        var chosen = promises.Values.SelectMany(promise => new[] { promise.ChosenThrough,
            promise.SyncBase }).Append(known).Max();
        var counting = promises.Where(promise => promise.Value.Faulty.All(range => range.Last <= chosen)).ToArray();
        var votersSet = counting.Aggregate(NodeSet.Empty, (set, promise) => set.With(promise.Key));
        if (!Quorums.IsPhase1(votersSet))
        {
            Assert.Null(adoption);
            return;
        }

        Assert.Equal(chosen, adoption!.Base);
        var highest = counting.Max(promise => promise.Value.LastVoted);
        Assert.Equal(highest, adoption.Adopted);
        var votes = counting.Where(promise => promise.Value.LastVoted == highest).SelectMany(promise =>
            promise.Value.Votes);
        var bySlot = votes.Where(vote => vote.Slot > chosen).DistinctBy(vote => vote.Slot)
            .OrderBy(vote => vote.Slot).ToArray();

        // One lane: the sync, then the longest reported prefix, and nothing to skip.
        Assert.Equal(bySlot.Select(vote => vote.Value.Checksum), adoption.Suffix.Select(value => value.Checksum));
        Assert.Equal(adoption.Base.Index + adoption.Suffix.Count + 1, adoption.ViewSlot.Index);
    }

    private static SortedDictionary<int, Promise> Draw(SeededRandom random)
    {
        var promises = new SortedDictionary<int, Promise>();
        for (var place = 0; place < 5; place++)
        {
            if (random.Below(5) != 0)
            {
                promises[place] = DrawOne(random);
            }
        }

        return promises;
    }

    // An acceptor that voted for some of three reigns last, each based at 3 times its round with a sync of 4 slots.
    private static Promise DrawOne(SeededRandom random)
    {
        var round = random.Below(4);
        var chosen = new Slot(random.Below(4));
        if (round == 0)
        {
            return new(new(9, new(0), 1), chosen, Ballot.None, Slot.Zero, null, [], []);
        }

        var ballot = new Ballot(round, new(0), 1);
        var syncBase = new Slot(round * 3);
        var view = new View(ballot, new(syncBase.Index + 5), [new(new(0), 1)]);
        chosen = new(syncBase.Index + random.Below(8));
        var last = Math.Max(view.Slot.Index, chosen.Index) + random.Below(5);
        List<Vote> votes = [];
        for (var slot = chosen.Next; slot.Index <= last; slot = slot.Next)
        {
            votes.Add(new(slot, ballot, new(ValueKind.Commands, new((round * 100) + slot.Index), default)));
        }

        SlotRange[] faulty = random.Below(4) == 0 && votes.Count > 0 ? [new(votes[0].Slot, votes[0].Slot)] : [];
        return new(new(9, new(0), 1), chosen, ballot, syncBase, view, [.. votes.Skip(faulty.Length)], faulty);
    }
}
