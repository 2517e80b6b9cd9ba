using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Reads;

namespace PaxosSM.Core.Tests.Driving;

/// <summary>What the log may let go (R25), and whose answer a follower takes for its read's (R20a).</summary>
public sealed class WhatMayGoTests
{
    [Fact]
    public void The_log_keeps_what_fewer_than_f_plus_one_learners_have_in_a_snapshot()
    {
        Trimming trimming = new(ContextOf(seed: 1));
        trimming.OnSnapshot(new(10));
        Assert.Equal(Slot.Zero, trimming.Floor(default, full: false));

        trimming.On(new(1), Told(snapshot: 8), default);
        Assert.Equal(new Slot(8), trimming.Floor(default, full: false));

        trimming.On(new(2), Told(snapshot: 12), default);
        Assert.Equal(new Slot(10), trimming.Floor(default, full: false));
    }

    [Fact]
    public void The_log_keeps_what_this_learner_has_in_no_snapshot()
    {
        Trimming trimming = new(ContextOf(seed: 1));
        trimming.On(new(1), Told(snapshot: 8), default);
        trimming.On(new(2), Told(snapshot: 8), default);
        Assert.Equal(Slot.Zero, trimming.Floor(default, full: false));

        trimming.OnSnapshot(new(5));
        Assert.Equal(new Slot(5), trimming.Floor(default, full: false));
    }

    [Fact]
    public void An_answer_to_a_life_before_this_one_is_no_answer_to_its_read()
    {
        var earlier = Ask(new(ContextOf(seed: 1)));
        ForwardedReads reads = new(ContextOf(seed: 2));
        _ = Ask(reads);
        Effects effects = new(new(0));
        reads.On(new(earlier, PaxosError.None, new(3), new(1)), effects);

        Assert.Empty(effects.Reads);
    }

    private static long Ask(ForwardedReads reads)
    {
        Effects effects = new(new(0));
        reads.Request(1, lease: false, new(1), default, effects);
        return Assert.IsType<ReadIndexRequest>(Assert.Single(effects.Sends).Message).Id;
    }

    private static Checkpoint Told(long snapshot) => new(Slot.Zero, 0, 0, new(snapshot), Slot.Zero);

    private static ReplicaContext ContextOf(ulong seed)
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), $"n{id}", $"n{id}", MemberRoles.All, default)];
        return new(new(7), new(0), 1, new(Epoch.First, members), new(), seed);
    }
}
