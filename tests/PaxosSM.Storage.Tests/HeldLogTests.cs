using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>A group that writes nothing any more must not hold the log for all others unnoticed (R25).</summary>
public sealed class HeldLogTests
{
    [Fact]
    public void Who_holds_a_segment_that_many_follow_is_named_until_a_checkpoint_of_its_own_lets_it_go()
    {
        LogRig rig = new();
        rig.Write(First, Vote(1));
        var slot = 1L;
        for (var index = 0; index < 40; index++)
        {
            Fill(rig, ref slot);
        }

        Assert.Equal([First], rig.Log.Holders);
        Assert.True(rig.Disk.List(LogRig.Directory).Count > 5);

        rig.Write(First, Checkpoint(1));
        Fill(rig, ref slot);
        Assert.Empty(rig.Log.Holders);
        for (var left = 10; left > 0; left--)
        {
            rig.Write(Second, Checkpoint(slot));
        }

        Assert.InRange(rig.Segments().Count, 1, 4);
    }

    [Fact]
    public void A_log_that_is_short_asks_nobody()
    {
        LogRig rig = new();
        rig.Write(First, Vote(1));
        var slot = 1L;
        for (var index = 0; index < 3; index++)
        {
            Fill(rig, ref slot);
        }

        Assert.Empty(rig.Log.Holders);
    }

    // The other group lets go what it wrote, block by block.
    private static void Fill(LogRig rig, ref long slot)
    {
        for (var block = 0; block < 4; block++)
        {
            rig.Write(Second, Vote(++slot, 600));
        }

        rig.Write(Second, Checkpoint(slot));
    }
}
