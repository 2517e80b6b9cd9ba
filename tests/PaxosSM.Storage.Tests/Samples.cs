using PaxosSM.Log;
using PaxosSM.Quorums;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Storage.Tests;

/// <summary>Records to write, and a way to compare them.</summary>
internal static class Samples
{
    public static readonly GroupId First = new(1);
    public static readonly GroupId Second = new(2);

    public static Ballot BallotOf(long round) => new(round, new(1), 7);

    public static Value ValueOf(long seed, int length)
    {
        byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)((seed * 31) + i + 1))];
        return new(ValueKind.Commands, new(seed), bytes);
    }

    public static VoteWrite Vote(long slot, int length = 40) =>
        new(BallotOf(3), new(0), new(slot), ValueOf(slot, length), new(Math.Max(0, slot - 2)),
            new(Math.Max(0, slot - 1)));

    /// <summary>A vote for turns that a lane of three passes.</summary>
    public static VoteWrite Passed(long slot, long last) =>
        new(BallotOf(3), new(2), new(slot), Value.Pass, new(slot - 2), new(slot - 3)) { Last = new(last), Stride = 3 };

    public static CheckpointWrite Checkpoint(long trimmedTo) =>
        new(BallotOf(3), BallotOf(3), new(1), new(BallotOf(3), new(2), [new(new(1), 7)]), new(trimmedTo + 1),
            new(trimmedTo));

    /// <summary>A second epoch begins, with another third member.</summary>
    public static EpochWrite SecondEpoch { get; } = new(
        new(new(12), 0xfeedbeef, new(new(2), [Member(0), Member(1), Member(3)], QuorumRule.Flexible(2, 2))),
        new(new(1), [Member(0), Member(1), Member(2)]))
    {
        Epoch = new(2),
    };

    /// <summary>One of every kind.</summary>
    public static DurableWrite[] OfEveryKind() =>
    [
        new PromiseWrite(BallotOf(2)),
        new SyncWrite(BallotOf(3), new(0), new(BallotOf(3), new(3), [new(new(1), 7), new(new(2), 9)]),
            [ValueOf(1, 9), ValueOf(2, 600)]),
        Vote(3),
        Passed(5, 11),
        new ChosenThroughWrite(new(3)),
        new LearnedWrite(new(4), ValueOf(4, 5)),
        Checkpoint(1),
        SecondEpoch,
        Checkpoint(1) with { Begins = SecondEpoch, Epoch = new(2) },
    ];

    /// <summary>What a backup says of itself.</summary>
    public static BackupInfo BackupInfo { get; } = new()
    {
        Cluster = new(new("00112233-4455-6677-8899-aabbccddeeff")),
        ClusterName = "demo",
        Fork = new(0x0102030405060708),
        Group = new(1),
        Epoch = SecondEpoch.Start,
        Slot = new(1234),
        Time = new(56789),
        Chain = 0x1122334455667788,
        Taken = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123),
        Node = "c",
        Program = "PaxosSM 0.1.0",
    };

    private static Member Member(ushort id) => new(
        new(id), $"m{id}", $"127.0.0.1:{id}", MemberRoles.All, new(new Guid(id, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)));

    public static string Text(DurableWrite write)
    {
        var bytes = new byte[RecordCodec.SizeOf(write)];
        RecordCodec.Write(write, bytes);
        return $"{RecordKey.Of(write)} {Convert.ToHexString(bytes)}";
    }

    public static string Text(RecoveredRecord record) =>
        record.Write is { } write ? Text(write) : $"{record.Key} damaged";
}
