namespace PaxosSM.Messages;

/// <summary>Phase 1a: a proposer asks for a promise of its ballot, for every slot and lane (R2).</summary>
/// <param name="Ballot">The ballot.</param>
public sealed record Prepare(Ballot Ballot) : Message;

/// <summary>Phase 1b: the acceptor will take no ballot below <paramref name="Ballot"/>.</summary>
/// <param name="Ballot">The ballot promised.</param>
/// <param name="ChosenThrough">Every slot up to this one is chosen, as far as the acceptor knows durably; never below
/// what it trimmed (R25).</param>
/// <param name="LastVoted">The ballot last voted in; <see cref="Ballot.None"/> for none.</param>
/// <param name="SyncBase">The base of that ballot's sync as this acceptor holds it.</param>
/// <param name="View">That ballot's deal; null for none.</param>
/// <param name="Votes">Its votes above <paramref name="ChosenThrough"/>, in slot order; all are in <paramref
/// name="LastVoted"/> (R3).</param>
/// <param name="Faulty">Slots whose votes it can't read (R24), in slot order.</param>
public sealed record Promise(
    Ballot Ballot,
    Slot ChosenThrough,
    Ballot LastVoted,
    Slot SyncBase,
    View? View,
    IReadOnlyList<Vote> Votes,
    IReadOnlyList<SlotRange> Faulty) : Message;

/// <summary>The acceptor has promised, or voted in, a higher ballot (R2: silence would wedge).</summary>
/// <param name="Ballot">The ballot refused.</param>
/// <param name="Promised">The promise held.</param>
public sealed record Refused(Ballot Ballot, Ballot Promised) : Message;
