using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>Backs a group up at a node, while it serves: its state at one slot, sessions included, in one checksummed
/// piece; never votes or promises (R12).</summary>
/// <remarks>A backup covers at least what the node had applied when it was asked for. Any learner will do; one that
/// does not lead costs clients least. Safe for use by many threads. A backup of the first group begins a cluster
/// (<see cref="PaxosOptions.Restore"/>); one of any group begins a group of a running cluster
/// (<see cref="NodeGroups.RestoreAsync"/>).</remarks>
/// <param name="node">The node.</param>
/// <param name="group">The group; null for the node's first one.</param>
public sealed class ClusterBackup(PaxosNode node, GroupId? group = null)
{
    /// <summary>Writes a backup to a stream.</summary>
    /// <param name="destination">Takes the bytes; the caller flushes and closes it. One that takes nothing for two
    /// minutes ends the backup (R25).</param>
    /// <param name="progress">Is told how far it has come; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; what was written is no backup then.</param>
    /// <exception cref="IOException">It can't be made; the message says why.</exception>
    /// <exception cref="PaxosException">This node does not serve the group's state.</exception>
    public Task<BackupInfo> WriteAsync(
        Stream destination,
        IProgress<BackupProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        node.BackupOf(group ?? GroupId.Default) is { } backup
            ? backup.WriteAsync(destination, progress, cancellationToken)
            : throw new PaxosException(
                PaxosError.Stopped,
                group is { } hosted && node.Status is not null
                    ? $"{node.Name} has no {hosted}: it was removed, or is not made here yet"
                    : $"{node.Name} serves nothing yet: {node.Waiting}");

    /// <summary>Makes a file of a backup, which is there whole and verified, or not at all.</summary>
    /// <param name="path">The file; one that is there is replaced at the very end.</param>
    /// <param name="progress">Is told how far it has come; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It can't be made, or written; the message says why.</exception>
    /// <exception cref="PaxosException">This node does not serve the group's state.</exception>
    public Task<BackupInfo> SaveAsync(
        string path, IProgress<BackupProgress>? progress = null, CancellationToken cancellationToken = default) =>
        BackupFile.SaveAsync(
            path,
            (destination, token) => WriteAsync(destination, progress, token),
            cancellationToken: cancellationToken);
}
