using System.Buffers.Binary;
using System.Text;
using PaxosSM.Quorums;

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

    /// <summary>The digest of a list of members with their quorum rule, that restore a backup or begin with nothing:
    /// who has another rule, or restores another backup, or none, reads another list.</summary>
    internal static ulong Of(IReadOnlyList<Member> members, QuorumRule rule, Restoration? restores)
    {
        var digest = Of(members);
        if (rule != QuorumRule.Majority)
        {
            Span<byte> bytes = stackalloc byte[9];
            bytes[0] = (byte)rule.Kind;
            BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], rule.First);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[5..], rule.Second);
            digest = Add(digest, bytes);
        }

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
