namespace PaxosSM.Hosting;

/// <summary>One member of the cluster, as configured.</summary>
/// <param name="Id">Its name: short, and the same in every member's configuration.</param>
/// <param name="Address">Where the others reach it: <c>host:port</c>.</param>
/// <param name="Roles">What it does; all three roles by default.</param>
/// <param name="Joins">It is no member of the first epoch: it starts as a guest that learns, and becomes a member by a
/// later epoch (R15). Its place in the list is its number, so it stands after the first members.</param>
public sealed record MemberOptions(
    string Id, string Address, MemberRoles Roles = MemberRoles.All, bool Joins = false);
