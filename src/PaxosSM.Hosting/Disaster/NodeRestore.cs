using PaxosSM.Runtime.Genesis;
using PaxosSM.Runtime.Ports;
using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>Brings a backup into a new member's empty folder, once every member has confirmed that it holds the same
/// one (R33). A crash at any step leaves a folder that goes on from there.</summary>
internal static class NodeRestore
{
    /// <summary>Which backup the member holds, if it is to be restored here still; every byte of it is read.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="folder">The member's folder.</param>
    /// <param name="record">What genesis bound the folder to; null for nothing yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PaxosConfigurationException">It can't be restored; the message says why.</exception>
    public static async Task<Restoration?> FindAsync(
        PaxosOptions options, DataDirectory folder, GenesisRecord? record, CancellationToken cancellationToken)
    {
        if (options.Restore.Length == 0 || record is { IsInstalled: true })
        {
            return record is { Restores: { } needed, IsInstalled: false }
                ? throw new PaxosConfigurationException(
                    $"backup {needed.Backup:N} is not restored yet in {folder.Root}: say where it is (restore), as at "
                    + "the first start")
                : null;
        }

        if (record is null && folder.Identity.Fork != ForkId.None)
        {
            throw new PaxosConfigurationException(
                $"{folder.Root} belongs to a cluster already: a backup is restored into an empty folder");
        }

        try
        {
            var info = await BackupFile.VerifyAsync(options.Restore, folder.Files, cancellationToken)
                .ConfigureAwait(false);
            return info.Group == GroupId.Default
                ? new(info.Id, info.Epoch.Epoch, info.Slot)
                : throw new PaxosConfigurationException(
                    $"{info} can't be restored: only a backup of the first group, {GroupId.Default}, begins a cluster; "
                    + "one that is up takes this one with Groups.RestoreAsync");
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException)
        {
            throw new PaxosConfigurationException(
                $"the backup {options.Restore} can't be restored: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Makes the backup this member's first snapshot, unless that is done; durable on return.</summary>
    /// <exception cref="PaxosConfigurationException">It can't be done; the message says why.</exception>
    public static async Task InstallAsync(
        PaxosOptions options,
        DataDirectory folder,
        ISnapshotStore store,
        GenesisCompleted genesis,
        CancellationToken cancellationToken)
    {
        if (genesis is not { Record: { Restores: { } restores, IsInstalled: false } record, Start: { } start })
        {
            return;
        }

        try
        {
            // R13: durable before the state, which may be served from its first slot on.
            folder.SaveFork(genesis.Fork);
            if (store.Latest(GroupId.Default) < restores.Slot)
            {
                await BackupFile.InstallAsync(
                    options.Restore,
                    restores.Backup,
                    start,
                    GroupId.Default,
                    store,
                    folder.Files,
                    cancellationToken).ConfigureAwait(false);
            }

            folder.SaveGenesis((record with { IsInstalled = true }).Encode());
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException)
        {
            throw new PaxosConfigurationException(
                $"backup {restores.Backup:N} can't be restored from {options.Restore}: {failed.Message} "
                + "Nothing is lost: put it right, and start this member again.",
                failed);
        }
    }
}
