namespace PaxosSM.RedisKv.CommandLine;

/// <summary>One replica of a <see cref="ClusterFile"/>.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Host">The name or address at which the others reach it.</param>
/// <param name="Port">The port there.</param>
/// <param name="Roles">Its roles.</param>
internal sealed record ClusterMember(string Id, string Host, int Port, MemberRoles Roles);
