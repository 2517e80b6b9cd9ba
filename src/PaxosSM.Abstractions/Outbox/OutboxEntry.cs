namespace PaxosSM;

/// <summary>One effect that waits in an outbox, or is on its way to its receiver (R27).</summary>
/// <param name="Token">What the receiver knows a repeat by.</param>
/// <param name="Destination">Who is to get it, in the application's words; empty where there is one receiver
/// only.</param>
/// <param name="Payload">What it is to get.</param>
public sealed record OutboxEntry(OutboxToken Token, string Destination, ReadOnlyMemory<byte> Payload);
