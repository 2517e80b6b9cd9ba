using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime.Genesis;

/// <summary>How genesis ended on a member. The set is closed.</summary>
public abstract record GenesisOutcome
{
    private protected GenesisOutcome()
    {
    }
}

/// <summary>The first epoch stands: this member plays its roles.</summary>
/// <param name="Configuration">The first epoch's members, with their storages.</param>
/// <param name="Fork">The fork that it started.</param>
public sealed record GenesisCompleted(Configuration Configuration, ForkId Fork) : GenesisOutcome
{
    /// <summary>What every member confirmed, this one durably.</summary>
    public required GenesisRecord Record { get; init; }

    /// <summary>How the first epoch that is lived in begins, where a backup is restored: it takes the place of
    /// <see cref="Configuration"/>'s, in which nobody ever votes. Null where the group begins with nothing.</summary>
    public EpochStart? Start => Record.Restores?.StartOf(Configuration.Members, Configuration.Rule, Fork);
}

/// <summary>This member's votes are gone, so its acceptor is dead (R13); it may only learn.</summary>
/// <param name="Configuration">The first epoch's members, with their storages: the dead one among them.</param>
/// <param name="Fork">The fork.</param>
/// <param name="OldStorage">The storage that is dead: of an emptied folder, or of a volatile voter's last life
/// (R26).</param>
/// <param name="Why">In words, for people.</param>
public sealed record StorageReplaced(Configuration Configuration, ForkId Fork, StorageId OldStorage, string Why)
    : GenesisOutcome;

/// <summary>This node was no member of the first epoch: it learns as a guest until a later epoch lists it
/// (R15).</summary>
/// <param name="Configuration">The first members as configured: their storages are not known.</param>
/// <param name="Fork">The fork that it joined; <see cref="ForkId.None"/> before it met anybody.</param>
public sealed record Joining(Configuration Configuration, ForkId Fork) : GenesisOutcome;

/// <summary>This member must not start.</summary>
/// <param name="Why">In words, for people.</param>
public sealed record GenesisRefused(string Why) : GenesisOutcome;
