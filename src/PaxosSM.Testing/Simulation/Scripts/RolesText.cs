namespace PaxosSM.Testing.Simulation;

/// <summary>How a script says what a member does: <c>all</c>, or roles with a plus between them.</summary>
internal static class RolesText
{
    private static readonly (string Name, MemberRoles Role)[] Names =
    [
        ("proposer", MemberRoles.Proposer),
        ("acceptor", MemberRoles.Acceptor),
        ("learner", MemberRoles.Learner),
    ];

    public static string Show(MemberRoles roles) => roles == MemberRoles.All
        ? "all"
        : string.Join('+', Names.Where(each => roles.HasFlag(each.Role)).Select(each => each.Name));

    /// <exception cref="FormatException">The text names no roles, or one twice.</exception>
    public static MemberRoles Read(string text)
    {
        if (text == "all")
        {
            return MemberRoles.All;
        }

        var roles = MemberRoles.None;
        foreach (var word in text.Split('+'))
        {
            var role = Names.FirstOrDefault(each => each.Name == word).Role;
            if (role == MemberRoles.None || roles.HasFlag(role))
            {
                throw new FormatException($"\"{text}\" is not \"all\" and no roles like proposer+learner");
            }

            roles |= role;
        }

        return roles;
    }
}
