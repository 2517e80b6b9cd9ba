using PaxosSM.Execution;
using PaxosSM.Runtime.Execution;
using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>Finds out how far a survivor's snapshots reach (R33).</summary>
internal static class SurvivorSnapshots
{
    /// <summary>The head of the newest snapshot of which every byte can be read; null for none. Those that can't be
    /// are set aside, as at a start (R24).</summary>
    public static async Task<StateHead?> NewestAsync(
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
                            await SnapshotReader.ReadStateAsync(stream, cancellationToken).ConfigureAwait(false));
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
