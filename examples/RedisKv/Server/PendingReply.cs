namespace PaxosSM.RedisKv.Server;

/// <summary>A reply that is on its way.</summary>
/// <param name="Result">The replies' bytes, when they are there.</param>
/// <param name="Replies">How many replies they are; an error is repeated for each.</param>
/// <param name="Bytes">How many bytes it keeps in memory until then.</param>
internal readonly record struct PendingReply(ValueTask<ReadOnlyMemory<byte>> Result, int Replies, int Bytes);
