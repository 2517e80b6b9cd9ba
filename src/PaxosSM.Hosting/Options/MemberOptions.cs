namespace PaxosSM.Hosting;

/// <summary>One member of the cluster, as configured.</summary>
/// <param name="Id">Its name: short, and the same in every member's configuration.</param>
/// <param name="Address">Where the others reach it: <c>host:port</c>.</param>
/// <param name="Roles">What it does; all three roles by default.</param>
public sealed record MemberOptions(string Id, string Address, MemberRoles Roles = MemberRoles.All);
