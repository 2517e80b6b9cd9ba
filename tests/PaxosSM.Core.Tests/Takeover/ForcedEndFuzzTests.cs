using PaxosSM.Core.Tests.Fuzz;
using PaxosSM.Log;
using PaxosSM.Reconfiguration;
using PaxosSM.Takeover;

namespace PaxosSM.Core.Tests.Takeover;

/// <summary>Whatever the survivors of a run are: what they go on with is what was chosen, as far as any of them could
/// know, and never something out of its order (R33).</summary>
public sealed class ForcedEndFuzzTests
{
    private const ulong Fork = 0xF0;

    [Fact]
    public void Any_survivors_of_any_run_go_on_with_what_was_chosen_and_what_their_votes_may_have_chosen()
    {
        int forced = 0, adopted = 0, lost = 0;
        for (var seed = 300_000UL; seed < 300_150UL; seed++)
        {
            var (cluster, random) = FuzzRun.UntilAllCrash(seed);
            for (var draw = 0; draw < 4; draw++)
            {
                var survivors = cluster.Nodes.Where(_ => random.Below(2) == 0).ToArray();
                if (survivors.Length > 0 && Examine(seed, cluster, survivors, random) is { IsForced: true } end)
                {
                    forced++;
                    adopted += end.Values.Count > 1 ? 1 : 0;
                    lost += end.LostThrough > Slot.Zero ? 1 : 0;
                }
            }
        }

        Assert.True(forced > 100 && adopted > 10 && lost > 5, $"{forced} forced, {adopted} adopted, {lost} lost");
    }

    private static ForcedEnd Examine(
        ulong seed, FuzzCluster cluster, FuzzNode[] survivors, SeededRandom random)
    {
        var records = survivors.ToDictionary(node => node.Id, node => node.Disk.Read(random, 0));
        SurvivorReport[] reports = [.. survivors.Select(node => Read(cluster, node, records[node.Id]))];
        var end = ForcedEnd.Of(reports, Fork);
        if (!end.IsForced)
        {
            return end;
        }

        var again = ForcedEnd.Of([.. reports.Reverse()], Fork);
        Assert.Equal(end.Next!.Digest, again.Next!.Digest);

        // What was chosen no later than in the highest ballot that they voted in is what they go on with.
        var highest = reports.Max(report => report.Votes?.LastVoted ?? Ballot.None);
        for (var index = 0; index < end.Values.Count - 1; index++)
        {
            Slot slot = new(end.Held.Index + 1 + index);
            var isChosen = cluster.Checks.Chosen.TryGetValue(slot, out var chosen) && chosen.Ballot <= highest;
            Assert.True(
                !isChosen || chosen.Checksum == end.Values[index].Checksum,
                $"seed {seed}: {slot} was chosen in {chosen.Ballot}, and they go on with {end.Values[index]}");
        }

        if (end.LostThrough > Slot.Zero)
        {
            var lost = cluster.Checks.Chosen.ContainsKey(end.LostThrough);
            Assert.True(lost, $"seed {seed}: {end.LostThrough} was never chosen");
        }

        foreach (var node in survivors.Where(node => end.Excluded.All(member => member.Id != node.Id)))
        {
            Enters(seed, cluster, node, records[node.Id], end);
        }

        return end;
    }

    private static SurvivorReport Read(FuzzCluster cluster, FuzzNode node, IReadOnlyList<RecoveredRecord> records)
    {
        var context = ContextOf(cluster, node);
        var report = Survivor.Read(
            context, cluster.Configuration.Find(node.Id)!, records, node.Machine.Snapshot.Slot, null);
        Assert.True(node.Learns || report.Frontier == Slot.Zero);
        Assert.All(report.Ahead, held => Assert.Equal(cluster.Checks.Chosen[held.Slot].Checksum, held.Value.Checksum));
        return report;
    }

    // With what is written into its log the node starts in the next epoch, without votes, and knows where it began.
    private static void Enters(
        ulong seed, FuzzCluster cluster, FuzzNode node, IReadOnlyList<RecoveredRecord> records, ForcedEnd end)
    {
        RecoveredRecord[] all =
        [
            .. records, .. end.Writes().Select(write => new RecoveredRecord(RecordKey.Of(write), write)),
        ];
        var context = ContextOf(cluster, node);
        Succession core = new(context, node.Machine.Snapshot.Slot, default);
        core.Recover(all, default, new(node.Id));
        Assert.Equal(end.Next!.Epoch, core.Epoch);
        var self = end.Next.Configuration.Find(node.Id)!;
        var report = Survivor.Read(context, self, all, node.Machine.Snapshot.Slot, null);
        Assert.True(report.Votes is null || report.Votes.LastVoted == Ballot.None, $"seed {seed}: {node.Id} votes on");
        var known = core.Replica.KnownChosen;
        Assert.True(known == end.Next.Base, $"seed {seed}: {node.Id} knows of {known}");
        Assert.True(
            core.Replica.Frontier == end.Next.Base || core.Replica.Frontier < end.Held || !node.Learns,
            $"seed {seed}: {node.Id} is at {core.Replica.Frontier}, and {end.Held} were held");
    }

    private static ReplicaContext ContextOf(FuzzCluster cluster, FuzzNode node) =>
        new(new(7), node.Id, node.Incarnation + 1, cluster.Configuration, cluster.Plan.Options, 1);
}
