using System.Buffers.Binary;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Genesis;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Runtime.Groups;

/// <summary>The backup that a group goes on from, as it was chosen with the group's name: every founder begins from the
/// same state, or learns it (R12).</summary>
/// <param name="Backup">The backup's number: a digest of all its bytes.</param>
/// <param name="Group">The group that it is of; the restored one has a higher number, so that what its outbox holds
/// still comes before what is added (R27).</param>
/// <param name="Epoch">The epoch that it is of; the group's first one follows it.</param>
/// <param name="Slot">The last slot that it covers; the group's first one follows it.</param>
/// <param name="Fork">The fork of the cluster that the group was restored in, when that was chosen.</param>
public sealed record GroupRestoration(Guid Backup, GroupId Group, Epoch Epoch, Slot Slot, ForkId Fork)
{
    private const int BackupSize = 16;

    // Any client may send a command to the catalog: numbers must not run out.
    private const ulong GroupMax = ulong.MaxValue >> 8;

    /// <summary>How the restored group's first epoch begins: no other group, and no other fork's group of that number,
    /// begins so, and sessions are numbered apart accordingly.</summary>
    /// <param name="group">The group's number.</param>
    /// <param name="founders">Its first members.</param>
    public EpochStart StartOf(GroupId group, Configuration founders)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, group.Value);
        var digest = MembersDigest.Add(MembersDigest.Add(Fork.Value, Backup.ToByteArray()), number);
        return new(Slot, (uint)(digest ^ (digest >> 32)), founders.AsFounders(Epoch.Next));
    }

    internal static GroupRestoration Read(ref WireReader reader)
    {
        var backup = reader.ReadBytes();
        GroupId group = new(reader.ReadUInt64());
        Epoch epoch = new(reader.ReadUInt32());
        var slot = reader.ReadSlot();
        ForkId fork = new(reader.ReadUInt64());
        var follows = group.Value < GroupMax && epoch >= Epoch.First && epoch.Next > epoch && slot > Slot.Zero;
        return backup.Length == BackupSize && follows
            ? new(new(backup.Span), group, epoch, slot, fork)
            : throw new WireFormatException("what a group is restored from can't be read");
    }

    internal void Write(WireWriter writer)
    {
        writer.WriteBytes(Backup.ToByteArray());
        writer.WriteUInt64(Group.Value);
        writer.WriteUInt32(Epoch.Number);
        writer.WriteSlot(Slot);
        writer.WriteUInt64(Fork.Value);
    }
}
