using PaxosSM.Quorums;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>Whether there is a quorum is a matter of the epoch's rule.</summary>
public sealed class StatusTextTests
{
    public static TheoryData<QuorumRule, int, bool> Rules => new()
    {
        { QuorumRule.Majority, 1, true },
        { QuorumRule.Majority, 2, false },
        { QuorumRule.Flexible(4, 1), 1, false },
        { QuorumRule.Flexible(2, 3), 1, true },
        { QuorumRule.Grid(2, 2), 1, true },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void No_quorum_is_told_by_the_epochs_own_rule(QuorumRule rule, int silent, bool hasQuorum)
    {
        var text = StatusText.Of(Status(rule, silent));

        Assert.Equal(!hasQuorum, text.StartsWith("no quorum: d unreachable since", StringComparison.Ordinal)
            || text.StartsWith("no quorum: c unreachable since", StringComparison.Ordinal));
    }

    private static ReplicaStatus Status(QuorumRule rule, int silent)
    {
        Member[] members =
        [
            .. Enumerable.Range(0, 4).Select(number => new Member(
                new((ushort)number),
                ((char)('a' + number)).ToString(),
                $"10.0.0.{number}:7001",
                MemberRoles.All,
                StorageId.None)),
        ];
        return new(
            new(0),
            new(0),
            Ballot.None,
            default,
            Slot.Zero,
            Slot.Zero,
            Slot.Zero,
            Slot.Zero,
            [.. members.Select(member => new MemberStatus(member, member.Id.Value < 4 - silent, default, "gone"))],
            null,
            null,
            string.Empty)
        {
            Epoch = EpochStart.Genesis(new(Epoch.First, members, rule)),
        };
    }
}
