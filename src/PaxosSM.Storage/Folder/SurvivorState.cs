using PaxosSM.Execution;
using PaxosSM.Runtime.Groups;
using PaxosSM.Runtime.Ports;
using PaxosSM.Takeover;
using StateReader = PaxosSM.Runtime.Execution.SnapshotReader;

namespace PaxosSM.Storage;

/// <summary>Reads what a survivor's folder holds while its node does not run, and writes how it goes on (R33). For one
/// at a time, who holds the folder open.</summary>
public static class SurvivorState
{
    /// <summary>Reads all groups' records, and verifies the snapshots that count: those that can't be read are set
    /// aside, as at a start (R24).</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="log">Its log, just opened.</param>
    /// <param name="self">Who the node is, with the folder's storage.</param>
    /// <param name="founders">The members of the first group's first epoch.</param>
    /// <param name="options">The settings that the node runs with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvariantViolationException">How a group's newest epoch began can't be read: this identity is
    /// dead (R24).</exception>
    public static async Task<SurvivorHoldings> ReadAsync(
        DataDirectory folder,
        IDurableLog log,
        Member self,
        Configuration founders,
        ProtocolOptions options,
        CancellationToken cancellationToken)
    {
        var snapshots = folder.OpenSnapshots();
        List<SurvivorReport> groups = [];
        List<GroupId> unknown = [];
        foreach (var group in log.RecoveredGroups)
        {
            var head = await NewestAsync(snapshots, group, cancellationToken).ConfigureAwait(false);
            var records = log.TakeRecovered(group);
            var known = group == GroupId.Default || group == GroupCatalog.Id;
            if ((known ? founders : Survivor.FoundersOf(records, head?.Epoch)) is not { } first)
            {
                unknown.Add(group);
                continue;
            }

            ReplicaContext context = new(
                group, self.Id, folder.Identity.Incarnation, first, options, folder.Identity.Boot);
            groups.Add(Survivor.Read(context, self, records, head?.Applied ?? Slot.Zero, head?.Epoch));
        }

        return new(self.Storage, groups, unknown);
    }

    /// <summary>Appends to the log how groups go on.</summary>
    /// <param name="log">The folder's log.</param>
    /// <param name="ends">How; groups that are not forced stay as they are.</param>
    /// <param name="durable">Called once when all of it is durable, perhaps by the log's thread; never when the log
    /// fails.</param>
    public static void Append(IDurableLog log, IEnumerable<ForcedEnd> ends, Action durable)
    {
        var open = 1;
        foreach (var end in ends.Where(end => end.IsForced))
        {
            _ = Interlocked.Increment(ref open);
            log.Append(end.Group, end.Writes(), Finish);
        }

        Finish();

        void Finish()
        {
            if (Interlocked.Decrement(ref open) == 0)
            {
                durable();
            }
        }
    }

    // The head of the newest snapshot of which every byte can be read; null for none.
    private static async Task<StateHead?> NewestAsync(
        SnapshotStore snapshots, GroupId group, CancellationToken cancellationToken)
    {
        while (snapshots.Latest(group) is var slot && slot > Slot.Zero)
        {
            try
            {
                if (snapshots.Open(group, slot) is { } stream)
                {
                    await using (stream.ConfigureAwait(false))
                    {
                        var head = StateHead.Of(
                            await StateReader.ReadStateAsync(stream, cancellationToken).ConfigureAwait(false));
                        await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                        return head;
                    }
                }
            }
            catch (Exception damaged) when (damaged is IOException or InvalidDataException or FormatException)
            {
                snapshots.SetAside(group, slot);
            }
        }

        return null;
    }
}
