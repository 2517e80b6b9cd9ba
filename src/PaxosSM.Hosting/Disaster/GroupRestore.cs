using PaxosSM.Runtime.Groups;
using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>Brings the backup that a hosted group goes on from into a node's snapshots (R12). A crash at any step
/// leaves a node that goes on from there.</summary>
/// <param name="node">The node.</param>
/// <param name="devices">Its devices.</param>
internal sealed class GroupRestore(NodeContext node, NodeDevices devices)
{
    /// <summary>Reads every byte of a backup that this node has, and tells what to choose with the group's
    /// name.</summary>
    /// <exception cref="PaxosException">This node has no such backup, or it is damaged, or begins no group; the message
    /// says what to do.</exception>
    public async Task<GroupRestoration> DescribeAsync(Guid backup, CancellationToken cancellationToken)
    {
        if (node.Services.GroupBackups(backup) is not { } path)
        {
            throw Refused(
                $"{node.Name} has no backup {backup:N}: its GroupBackups must say where, at one founder or more");
        }

        try
        {
            var info = await BackupFile.VerifyAsync(path, node.Services.Files, cancellationToken).ConfigureAwait(false);
            return info.Id != backup ? throw Refused($"{path} is {info}, not backup {backup:N}")
                : info.Group == GroupCatalog.Id ? throw Refused($"{info} is of the catalog: it begins no group")
                : new(backup, info.Group, info.Epoch.Epoch, info.Slot, devices.Members.Self.Fork);
        }
        catch (Exception unreadable) when (IsUnfit(unreadable))
        {
            throw Refused($"backup {backup:N} can't be restored from {path}: {unreadable.Message}");
        }
    }

    /// <summary>See <see cref="IGroupRunner.InstallAsync"/>.</summary>
    public async Task InstallAsync(GroupInfo group, bool isNew, CancellationToken cancellationToken)
    {
        var restores = group.Restores!; // the roster asks for those only
        if (devices.Snapshots.Latest(group.Id) >= restores.Slot)
        {
            return;
        }

        if (node.Services.GroupBackups(restores.Backup) is not { } path)
        {
            node.Log.BackupMissing(group, restores, "its GroupBackups says nowhere");
            return;
        }

        try
        {
            await BackupFile.InstallAsync(
                path,
                restores.Backup,
                group.Start,
                group.Id,
                devices.Snapshots,
                node.Services.Files,
                cancellationToken).ConfigureAwait(false);
            node.Log.BackupInstalled(group, restores, path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            node.Log.BackupMissing(group, restores, missing.Message);
        }
        catch (Exception unfit) when (IsUnfit(unfit) && !isNew)
        {
            node.Log.BackupMissing(group, restores, $"{path}: {unfit.Message}");
        }
        catch (Exception unfit) when (IsUnfit(unfit))
        {
            var why = $"backup {restores.Backup:N} can't be restored from {path}: {unfit.Message} Nothing is lost, and "
                + "the others may go on: put the right file there, and restore the group again at this node; or take "
                + "the file away and start this node again, then the state comes from another founder";
            node.Log.OnHalted(group.Id, $"'{group.Name}' does not start: {why}");
            throw new InvalidDataException(why, unfit);
        }
    }

    private static bool IsUnfit(Exception failure) =>
        failure is IOException or InvalidDataException or UnauthorizedAccessException;

    private static PaxosException Refused(string why) => new(PaxosError.BadRequest, why);
}
