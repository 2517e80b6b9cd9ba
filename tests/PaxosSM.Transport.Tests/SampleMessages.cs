using PaxosSM.Election;
using PaxosSM.Messages;
using PaxosSM.Quorums;

namespace PaxosSM.Transport.Tests;

/// <summary>One message of each kind; no two fields of one type are equal, so that fields that change places are
/// seen.</summary>
internal static class SampleMessages
{
    private static readonly Ballot Ballot = new(7, new(2), 3);
    private static readonly Ballot Lower = new(6, new(1), 9);
    private static readonly View View = new(new(5, new(0), 2), new(41), [new(new(0), 2), new(new(1), 8)]);
    private static readonly Value Value = new(
        ValueKind.Commands, new(1_700_000_000_000_001), new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 });
    private static readonly Value Skip = new(ValueKind.Skip, new(1_700_000_000_000_002), default);
    private static readonly Vote[] Votes = [new(new(11), Ballot, Value), new(new(12), Lower, Skip)];

    private static readonly Member Member = new(
        new(3), "d", "127.0.0.1:7004", MemberRoles.All, new(new Guid("00112233-4455-6677-8899-aabbccddeeff")));

    private static readonly Configuration Next =
        new(new(5), [Member], QuorumRule.Flexible(1, 1), DealPolicy.Adaptive)
        {
            NextNumber = 8,
            IsWedged = true,
        };

    public static IEnumerable<Message> All => [.. Deciding, .. Learning, .. Living, .. Ending];

    private static IEnumerable<Message> Ending =>
    [
        new EpochEnd(new(new(90), 0xfeedbeef, Next), true),
        new EpochStarted(new(5), new(90), 0xfeedbeef, Member.Storage),
        new EpochQuery(new(4)),
        new GuestProgress(new(91)),
    ];

    private static IEnumerable<Message> Deciding =>
    [
        new Prepare(Ballot),
        new Promise(Ballot, new(10), Lower, new(9), View, Votes, [new(new(13), new(14))]),
        new Refused(Lower, Ballot),
        new Accept(Ballot, new(3), new(20), Value, new(18), new(17)) { Last = new(26) },
        new Accepted(Ballot, new(3), new(15), new(20)),
        new Heartbeat(Ballot, 77, new(30), new(29), new(28), true),
        new HeartbeatAck(Ballot, 77, new(30), true, false),
        new Sync(Ballot, new(39), View, [Value, Skip]),
        new SyncAccepted(Ballot, new(39)),
        new Chosen(new(Ballot, new(3), new(38)), new(37)) { Work = new(44) },
    ];

    private static IEnumerable<Message> Learning =>
    [
        new LearnRequest(new(50), 4096, true),
        new LearnReply(new(50), [Skip, Value], new(60), new(45)) { Stride = 5 },
        new VotesRequest(Ballot, new(new(5), new(8))),
        new VotesReply(Ballot, new(new(5), new(8)), Votes, [new(new(5), new(5))], [new(new(8), new(9))]),
        new SnapshotRequest(new(100), 65536, 1024),
        new SnapshotPiece(new(100), 65536, 1_000_000, new byte[] { 9, 8, 7 }),
        new Checkpoint(new(4096), 0xfeed, 0xbeef, new(4000), new(3999)),
    ];

    private static IEnumerable<Message> Living =>
    [
        new Submit(Samples.Entries(), 2),
        new SubmitRefused(PaxosError.NotLeader, new(2)),
        new ReadIndexRequest(12, true),
        new ReadIndexReply(12, PaxosError.None, new(70), new(1)),
        new OwnerBeat(8, 4_200_000_000, Lower),
        new LogClock(new(1_700_000_000_000_003), new(1_700_000_000_000_004)),
        new Alive(1001, [new(0), new(2)], true),
        new Canvass(4),
        new CanvassReply(4, true, Ballot),
        new TransferOffer(Ballot, true),
        new TransferReply(Ballot, new(71), TransferObstacle.NoQuorum),
        new Quiesce(Ballot, new(71)),
        new Rouse(Lower),
        new GenesisHello(new(new Guid("00112233-4455-6677-8899-aabbccddeeff")), 0xabcdef),
        new GenesisConfirm(
            [
                new(new Guid("00112233-4455-6677-8899-aabbccddeeff")),
                new(new Guid("ffeeddcc-bbaa-9988-7766-554433221100")),
            ]),
    ];
}
