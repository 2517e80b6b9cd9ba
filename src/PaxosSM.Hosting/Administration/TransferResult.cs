using PaxosSM.Election;

namespace PaxosSM.Hosting;

/// <summary>What a wish for another leader came to.</summary>
/// <param name="Error">None when the wished one leads.</param>
/// <param name="Text">Why not, for people: who is not heard of, who lags by how much.</param>
/// <param name="Leader">Who leads by now, as the asked node knows; empty for nobody.</param>
public sealed record TransferResult(TransferError Error, string Text, string Leader);
