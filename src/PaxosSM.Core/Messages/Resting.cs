namespace PaxosSM.Messages;

/// <summary>The leader's word that nothing is under way and nobody waits: it shows no more signs of life until
/// something comes, and whoever has everything rests as well.</summary>
/// <param name="Ballot">The ballot that leads.</param>
/// <param name="Through">Everything up to here is chosen, and nothing above it is proposed.</param>
public sealed record Quiesce(Ballot Ballot, Slot Through) : Message;

/// <summary>Somebody needs the group: whoever rests, and leads it, shall show signs of life again.</summary>
/// <param name="Ballot">The ballot that the sender follows.</param>
public sealed record Rouse(Ballot Ballot) : Message;
