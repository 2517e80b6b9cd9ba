namespace PaxosSM.RedisKv.CommandLine;

/// <summary>The roles that a member plays.</summary>
[Flags]
internal enum MemberRoles
{
    /// <summary>No role.</summary>
    None = 0,

    /// <summary>May lead.</summary>
    Proposer = 1,

    /// <summary>Votes.</summary>
    Acceptor = 2,

    /// <summary>Holds the state and serves clients.</summary>
    Learner = 4,

    /// <summary>All roles.</summary>
    All = Proposer | Acceptor | Learner,
}
