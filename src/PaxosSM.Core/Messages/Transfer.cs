using PaxosSM.Election;

namespace PaxosSM.Messages;

/// <summary>The leader's word to a proposer that shall lead after it: could you, or do it now.</summary>
/// <param name="Ballot">The sender's, which leads: whoever follows another one by now does nothing.</param>
/// <param name="Stand">Stand at once, without a canvass: the sender has stopped proposing. Else only say whether you
/// could.</param>
public sealed record TransferOffer(Ballot Ballot, bool Stand) : Message;

/// <summary>The answer to <see cref="TransferOffer"/>, unless the sender stands now.</summary>
/// <param name="Ballot">The leader's.</param>
/// <param name="Frontier">Every value up to here is present at the sender.</param>
/// <param name="Obstacle">Why the sender can't lead; none when it can.</param>
public sealed record TransferReply(Ballot Ballot, Slot Frontier, TransferObstacle Obstacle) : Message;
