using PaxosSM.Log;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Storage.Tests;

/// <summary>What a newcomer's first epoch leaves in its log (R14, R24).</summary>
public sealed class NewcomerRecordTests
{
    private const ushort Version = 3;

    [Theory]
    [InlineData(MemberRoles.Acceptor | MemberRoles.Learner)]
    [InlineData(MemberRoles.Proposer)]
    public void It_is_read_back_though_nobody_could_work_with_the_founders_alone(MemberRoles founders)
    {
        // The newcomer takes the place of the only proposer, or learner.
        Member[] known = [.. Samples.SecondEpoch.Before.Members.Select(member => member with { Roles = founders })];
        EpochWrite begins = Samples.SecondEpoch with { Before = new(Epoch.First, known) };
        Assert.NotNull(begins.Before.Problem);

        Assert.Equal(known, Assert.IsType<EpochWrite>(ReadBack(begins)).Before.Members);
        var checkpoint = Samples.Checkpoint(1) with { Begins = begins, Epoch = begins.Epoch };
        Assert.Equal(known, Assert.IsType<CheckpointWrite>(ReadBack(checkpoint)).Begins!.Before.Members);
    }

    private static DurableWrite? ReadBack(DurableWrite write)
    {
        var bytes = new byte[RecordCodec.SizeOf(write)];
        RecordCodec.Write(write, bytes);
        return RecordCodec.Read(RecordKey.Of(write), bytes, Version);
    }
}
