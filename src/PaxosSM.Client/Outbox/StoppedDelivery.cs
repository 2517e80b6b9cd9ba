namespace PaxosSM.Client;

/// <summary>A destination that this node delivers nothing more to (R27); what waits for it stays in the
/// outbox.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="Token">The entry that could not be delivered.</param>
/// <param name="Why">What went wrong, and how often.</param>
public sealed record StoppedDelivery(string Destination, OutboxToken Token, string Why);
