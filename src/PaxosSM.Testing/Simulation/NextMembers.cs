using PaxosSM.Quorums;

namespace PaxosSM.Testing.Simulation;

/// <summary>What a change of members asks for.</summary>
/// <param name="Roles">Each node's roles, by its place in the plan; none for whoever is no member.</param>
/// <param name="Rule">The quorum rule.</param>
/// <param name="Deal">Who owns lanes; null leaves it to the leaders' settings.</param>
internal sealed record NextMembers(IReadOnlyList<MemberRoles> Roles, QuorumRule Rule, DealPolicy? Deal)
{
    private static readonly DealPolicy?[] Deals =
        [null, DealPolicy.SingleLeader, DealPolicy.AllProposers, DealPolicy.Adaptive];

    /// <summary>How many acceptors may be lost, whichever they are.</summary>
    public int FaultsTolerated
    {
        get
        {
            var acceptors = NodeSet.Empty;
            for (var place = 0; place < Roles.Count; place++)
            {
                acceptors = (Roles[place] & MemberRoles.Acceptor) != 0 ? acceptors.With(place) : acceptors;
            }

            return acceptors.Count == 0 ? -1 : Rule.Of(acceptors).FaultsTolerated;
        }
    }

    /// <summary>The members that the plan begins with.</summary>
    public static NextMembers First(SimulationPlan plan) => new(plan.Members, plan.Quorums, null);

    /// <summary>What a change says.</summary>
    public static NextMembers Of(SimulationPlan plan, Reconfigure change)
    {
        SeededRandom random = new(change.Chance);
        var isDrawn = change.Chance != 0;
        var mixes = isDrawn && random.Below(3) == 0;
        var roles = new MemberRoles[plan.Members.Count];
        for (var place = 0; place < roles.Length; place++)
        {
            var drawn = (MemberRoles)(1 + random.Below((int)MemberRoles.All));
            var own = mixes && random.Below(2) == 0 ? drawn : plan.Members[place];
            roles[place] = change.Members.Contains(place) ? own : MemberRoles.None;
        }

        var acceptors = roles.Count(each => (each & MemberRoles.Acceptor) != 0);
        return isDrawn
            ? new(roles, RuleOf(acceptors, random), Deals[(int)random.Below(Deals.Length)])
            : new(roles, QuorumRule.Majority, null);
    }

    /// <summary>The configuration that follows another one.</summary>
    /// <param name="present">The one before.</param>
    /// <param name="nodes">All nodes: who is listed has the disk that it has now.</param>
    public Configuration After(Configuration present, IReadOnlyList<SimulatedNode> nodes)
    {
        var members =
            from node in nodes
            where Roles[node.Place] != MemberRoles.None
            select new Member(node.Id, node.Name, $"{node.Name}:1", Roles[node.Place], node.Storage);
        return new(present.Epoch.Next, [.. members], Rule, Deal)
        {
            NextNumber = present.NextNumber,
            IsWedged = present.IsWedged,
        };
    }

    /// <summary>A rule for so many acceptors, of a kind and with sizes that chance says.</summary>
    public static QuorumRule RuleOf(int acceptors, SeededRandom random)
    {
        var (kind, size) = (random.Below(3), 1 + (int)random.Below(Math.Max(1, acceptors)));
        return kind switch
        {
            0 when acceptors > 0 => QuorumRule.Flexible(size, acceptors + 1 - size),
            1 when acceptors > 0 && acceptors % size == 0 => QuorumRule.Grid(size, acceptors / size),
            _ => QuorumRule.Majority,
        };
    }
}
