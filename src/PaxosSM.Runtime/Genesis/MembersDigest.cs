using System.Text;

namespace PaxosSM.Runtime.Genesis;

/// <summary>Names a list of configured members in 64 bits, the same on every machine and in every version
/// (FNV-1a).</summary>
/// <remarks>
/// Names and roles count, in order; addresses don't: a member may move, and its identity is its storage (R13).
/// </remarks>
public static class MembersDigest
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The digest of a list of members.</summary>
    public static ulong Of(IReadOnlyList<Member> members)
    {
        var digest = Basis;
        foreach (var member in members)
        {
            digest = Add(digest, Encoding.UTF8.GetBytes(member.Name));
            digest = Add(digest, [0, (byte)member.Roles]);
        }

        return digest;
    }

    /// <summary>The digest of a list of members that restore a backup, or begin with nothing: who restores another one,
    /// or none, reads another list.</summary>
    internal static ulong Of(IReadOnlyList<Member> members, Restoration? restores)
    {
        var digest = Of(members);
        return restores is null ? digest : Add(digest, restores.Backup.ToByteArray());
    }

    /// <summary>Goes on from <paramref name="digest"/> over more bytes.</summary>
    internal static ulong Add(ulong digest, ReadOnlySpan<byte> bytes)
    {
        foreach (var octet in bytes)
        {
            digest = (digest ^ octet) * Prime;
        }

        return digest;
    }
}
