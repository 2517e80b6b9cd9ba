namespace PaxosSM.Messages;

/// <summary>Before the first epoch: a member tells its disk's identity (R13).</summary>
/// <param name="Storage">The sender's storage.</param>
/// <param name="MembersDigest">A digest of the configuration file's members: all must have read the same file.</param>
public sealed record GenesisHello(StorageId Storage, ulong MembersDigest) : Message;

/// <summary>A member has bound itself, durably and for ever, to this list of storages, in the members' order.</summary>
/// <param name="Storages">The list.</param>
public sealed record GenesisConfirm(IReadOnlyList<StorageId> Storages) : Message;
