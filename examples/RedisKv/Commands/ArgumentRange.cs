namespace PaxosSM.RedisKv.Commands;

/// <summary>Where an argument lies in the bytes of its command.</summary>
/// <param name="Start">The first byte's place.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct ArgumentRange(int Start, int Length);
