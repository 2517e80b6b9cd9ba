namespace PaxosSM.Hosting;

/// <summary>How roles are written in configuration: proposer, acceptor, learner.</summary>
internal static class MemberRolesText
{
    /// <exception cref="PaxosConfigurationException">A name is none of the three.</exception>
    public static MemberRoles Read(IEnumerable<string> names)
    {
        var roles = MemberRoles.None;
        foreach (var name in names)
        {
            roles |= name.ToUpperInvariant() switch
            {
                "PROPOSER" => MemberRoles.Proposer,
                "ACCEPTOR" => MemberRoles.Acceptor,
                "LEARNER" => MemberRoles.Learner,
                _ => throw new PaxosConfigurationException(
                    $"'{name}' is no role; roles are proposer, acceptor, learner"),
            };
        }

        return roles;
    }
}
