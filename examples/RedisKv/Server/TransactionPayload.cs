namespace PaxosSM.RedisKv.Server;

/// <summary>A transaction, ready to be sent.</summary>
/// <param name="Bytes">As <see cref="Commands.CommandPayload.Transaction"/> describes.</param>
/// <param name="Writes">False when all its commands only read.</param>
internal sealed record TransactionPayload(byte[] Bytes, bool Writes);
