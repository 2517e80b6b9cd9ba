using PaxosSM.Runtime.Genesis;

namespace PaxosSM.Core.Tests.Genesis;

/// <summary>Genesis under loss, reordering, crashes at every step and wiped folders, from seeds.</summary>
public sealed class GenesisInterleavings
{
    private const int SeedsPerCase = 400;
    private const int StepsMax = 300;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Without_wiped_folders_everybody_completes_once_all_stay_up(int members)
    {
        for (var seed = 0; seed < SeedsPerCase; seed++)
        {
            var cluster = Disturb(members, seed, wipes: false, out var time);
            for (var member = 0; member < members; member++)
            {
                if (!cluster.Running.Contains(member))
                {
                    cluster.Start(member);
                }
            }

            cluster.Settle(time + 1000);

            for (var member = 0; member < members; member++)
            {
                Assert.True(cluster[member].Outcome is GenesisCompleted, $"seed {seed}: {cluster[member].Waiting}");
            }

            Assert.True(cluster.ListsCompleted.Count <= 1, $"seed {seed}: two lists completed\n{cluster.Trace}");
            Assert.Empty(cluster.Network);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Two_different_lists_never_complete_whatever_is_wiped(int members)
    {
        for (var seed = 0; seed < SeedsPerCase; seed++)
        {
            var cluster = Disturb(members, seed, wipes: true, out var time);
            cluster.Settle(time + 1000);

            Assert.True(cluster.ListsCompleted.Count <= 1, $"seed {seed}: two lists completed\n{cluster.Trace}");
        }
    }

    private static GenesisHarness Disturb(int members, int seed, bool wipes, out long time)
    {
        var random = new Random(seed);
        var cluster = new GenesisHarness(members);
        time = 0;
        for (var step = 0; step < StepsMax; step++)
        {
            time += random.Next(100);
            var member = random.Next(members);
            var running = cluster.Running.Contains(member);
            switch (random.Next(wipes ? 42 : 41))
            {
                case 0 when running:
                    cluster.Crash(member);
                    break;
                case 41 when running && member != 0: // a cluster whose every folder is gone is a new one
                    cluster.Wipe(member);
                    break;
                case < 8 when !running:
                    cluster.Start(member);
                    break;
                case < 18 when running:
                    cluster.Tick(member, time);
                    break;
                case < 24 when cluster.Saving.Contains(member):
                    cluster.FinishSave(member);
                    break;
                case < 27 when cluster.Network.Count > 0:
                    cluster.Network.RemoveAt(random.Next(cluster.Network.Count));
                    break;
                case < 41 when cluster.Network.Count > 0:
                    cluster.Deliver(random.Next(3) == 0 ? random.Next(cluster.Network.Count) : 0);
                    break;
                default:
                    break;
            }
        }

        return cluster;
    }
}
