using PaxosSM.Reconfiguration;

namespace PaxosSM.Messages;

/// <summary>The tombstone of all epochs before one (R14): how that one began. The answer to whatever is said in an
/// epoch that ended, and told unasked until enough have started.</summary>
/// <param name="Next">How the newest epoch that the sender is in began.</param>
/// <param name="Held">Enough of its learners hold everything that was chosen before: who only votes may let its old
/// votes go.</param>
public sealed record EpochEnd(EpochStart Next, bool Held) : Message;

/// <summary>The sender holds durably what its roles need to begin an epoch (R14).</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Base">The slot that it follows.</param>
/// <param name="Digest">The stop's checksum.</param>
/// <param name="Storage">The sender's storage: only the listed one has started (R13).</param>
public sealed record EpochStarted(Epoch Epoch, Slot Base, uint Digest, StorageId Storage) : Message;

/// <summary>A node that is no member tells those who may lead how far it has learned (R15).</summary>
/// <param name="Through">Every value up to here is present.</param>
public sealed record GuestProgress(Slot Through) : Message;

/// <summary>Is there a later epoch than this one? Asked by who has seen no leader for long; answered by
/// <see cref="EpochEnd"/>, or not at all.</summary>
/// <param name="Epoch">The newest epoch that the sender knows.</param>
public sealed record EpochQuery(Epoch Epoch) : Message;
