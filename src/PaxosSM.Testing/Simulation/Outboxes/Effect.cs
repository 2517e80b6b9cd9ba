namespace PaxosSM.Testing.Simulation;

/// <summary>What a committed command or timer is to have outside the cluster.</summary>
/// <param name="Token">What names it.</param>
/// <param name="Destination">Who is to get it.</param>
/// <param name="Cause">The checksum of what caused it: all that its receiver gets.</param>
internal readonly record struct Effect(OutboxToken Token, string Destination, uint Cause);
