using FsCheck.Xunit;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Properties;

/// <summary>A leader's counting against the definition: a phase-2 quorum of votes, slot by slot (R7).</summary>
public sealed class CountingProperties
{
    [Property(MaxTest = 300)]
    public void What_is_counted_is_what_a_quorum_voted_for_without_a_gap(ulong seed)
    {
        var random = new SeededRandom(seed);
        Member[] members = [.. from id in Enumerable.Range(0, 5)
            select new Member(new((ushort)id), "n", "n", MemberRoles.All, default)];
        var options = new ProtocolOptions { WindowSlotsMax = 20 };
        var context = new ReplicaContext(new(1), new(0), 1, new(Epoch.First, members), options, 1);
        var view = new View(new(1, new(0), 1), new(2), [new(new(0), 1)]);
        var reign = new Reign(context, view, Slot.Zero, [new(ValueKind.View, LogTime.Zero, default)], default);
        var effects = new Effects(new(0));
        for (var place = 0; place < 3; place++)
        {
            reign.On(reign.Acceptors[place], new(view.Ballot, Slot.Zero), effects);
        }

        var owned = reign.Owned!;
        var lane = owned.Lanes[0];
        var runs = new (long From, long Through)[5];
        Array.Fill(runs, (1, 1));
        for (var step = 0; step < 80; step++)
        {
            if (lane.HasRoom && random.Below(2) == 0)
            {
                owned.Propose(lane, new(ValueKind.Commands, new(step), default), default, effects);
            }

            var place = (int)random.Below(5);

            // An acceptor may have passed more than this leader counted: a later leader's, which it learned of.
            var passed = Math.Min(owned.Last.Index, lane.Counted.Index + random.Below(3));
            var from = random.Below(6) == 0 ? passed : runs[place].From;
            var through = Math.Min(owned.Last.Index, Math.Max(from, runs[place].Through) + random.Below(4));
            if (through > runs[place].Through)
            {
                runs[place] = (from <= runs[place].Through ? Math.Min(from, runs[place].From) : from, through);
            }

            var expected = NaiveCount(runs, lane.Counted.Index);
            owned.On(reign.Acceptors[place].Node, new(view.Ballot, default, new(from), new(through)), default, effects);
            Assert.Equal(expected, lane.Counted.Index);
        }
    }

    private static long NaiveCount((long From, long Through)[] runs, long counted)
    {
        while (runs.Count(run => run.From <= counted && run.Through > counted) >= 3)
        {
            counted++;
        }

        return counted;
    }
}
