using PaxosSM.Quorums;

namespace PaxosSM.Testing.Simulation;

/// <summary>Who plays which roles.</summary>
internal static class SwarmLayouts
{
    private const MemberRoles Acc = MemberRoles.Acceptor;
    private const MemberRoles Lea = MemberRoles.Learner;
    private const MemberRoles Pro = MemberRoles.Proposer;
    private const MemberRoles All = MemberRoles.All;

    private static readonly MemberRoles[][] Few =
    [
        [All, All, All, All, All],
        [All, All, All, All],
        [All, All, Acc | Lea, Acc],
        [All, All, All, Lea],
        [All, All, All, Lea, Lea],
        [All, All, Acc],
        [All, Acc, Acc],
        [Acc | Lea, Acc | Lea, Acc | Lea, Pro],
        [Acc | Lea, Acc | Lea, Acc, Pro, Pro | Lea],
        [Acc, Acc, Acc, Pro | Lea, Pro | Lea],
        [All, Acc | Pro, Acc | Pro, Lea],
        [All, All, Acc | Lea, Acc, Acc],
        [All],
        [All, All],
    ];

    private static readonly MemberRoles[][] Many =
    [
        [All, All, All, All, All, All, All],
        [All, All, All, All, All, Lea, Lea, Lea],
        [Acc, Acc, Acc, Acc, Acc, Pro | Lea, Pro | Lea, Pro | Lea, Lea],
        [All, All, All, Acc, Acc, Acc, Acc, Lea, Lea],
        [All, All, All, All, All, All],
    ];

    /// <summary>Draws of its own: what else a seed means is as it would be without, but for what may be
    /// damaged.</summary>
    public const ulong RuleStream = 0x7275_6C65_7321_2121;

    /// <summary>The layout that most clusters have.</summary>
    public static IReadOnlyList<MemberRoles> Three { get; } = [All, All, All];

    public static IReadOnlyList<MemberRoles> Draw(Dice dice)
    {
        if (dice.OneIn(3))
        {
            return Three;
        }

        return dice.Pick(dice.OneIn(8) ? Many : Few);
    }

    /// <summary>Which sets of these members' acceptors decide: majorities, in three plans of four and some
    /// more.</summary>
    public static QuorumRule DrawRule(IReadOnlyList<MemberRoles> members, SeededRandom random)
    {
        var acceptors = members.Count(roles => (roles & MemberRoles.Acceptor) != 0);
        return random.Below(4) == 0 ? NextMembers.RuleOf(acceptors, random) : QuorumRule.Majority;
    }
}
