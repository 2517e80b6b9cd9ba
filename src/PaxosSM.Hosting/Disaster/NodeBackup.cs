using PaxosSM.Execution;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>Makes backups of a group at a node that serves it: chosen state only, never votes or promises
/// (R12).</summary>
/// <param name="node">The node.</param>
/// <param name="devices">Its devices.</param>
/// <param name="group">The group.</param>
/// <param name="statusOf">How the group stands here; null where it does not run.</param>
/// <param name="snapshotAsync">Takes a snapshot of it, durably, and tells which slot it covers.</param>
internal sealed class NodeBackup(
    NodeContext node,
    NodeDevices devices,
    GroupId group,
    Func<ReplicaStatus?> statusOf,
    Func<Task<Slot>> snapshotAsync)
{
    private const int AttemptsMax = 3;
    private const int PieceBytes = 64 * 1024;

    // R25: a snapshot that is being copied stays on the disk, but not for ever.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    public async Task<BackupInfo> WriteAsync(
        Stream destination, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        // R28: a state that differs must not spread.
        var why = statusOf() is not { } status ? $"it has not begun to serve {group}, or does no more"
            : status.Halted is { } halted ? halted
            : (status.Roles & MemberRoles.Learner) == 0 ? "it holds no state; ask a member that learns"
            : null;
        if (why is not null)
        {
            throw new PaxosException(PaxosError.Stopped, $"{node.Name} can make no backup of {group}: {why}");
        }

        progress?.Report(default);
        var (stream, slot) = await OpenAsync(cancellationToken).ConfigureAwait(false);
        using var lease = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            lease.CancelAfter(Lease);
            try
            {
                return await CopyAsync(stream, slot, destination, progress, lease).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new IOException(
                    $"The backup stood still for {Lease}: whatever takes its bytes is too slow, or gone.");
            }
        }
    }

    private async Task<(Stream Stream, Slot Slot)> OpenAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var slot = await snapshotAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (slot == Slot.Zero)
            {
                throw new IOException("There is nothing to back up yet: no slot is applied here.");
            }

            // A newer one may have taken its place.
            if (devices.Snapshots.Open(group, slot) is { } stream)
            {
                return (stream, slot);
            }
        }

        throw new IOException($"Snapshots came and went {AttemptsMax} times before one could be opened; try again.");
    }

    private async Task<BackupInfo> CopyAsync(
        Stream stream,
        Slot slot,
        Stream destination,
        IProgress<BackupProgress>? progress,
        CancellationTokenSource lease)
    {
        var state = await SnapshotReader.ReadStateAsync(stream, lease.Token).ConfigureAwait(false);
        var info = Describe(StateHead.Of(state));
        using var writer = await BackupWriter.BeginAsync(destination, info, lease.Token).ConfigureAwait(false);
        await writer.WriteAsync(state, lease.Token).ConfigureAwait(false);
        var written = (long)state.Length;
        var piece = new byte[PieceBytes];
        for (var read = 0; ;)
        {
            progress?.Report(new(slot, written, stream.Length));
            lease.CancelAfter(Lease);
            read = await stream.ReadAsync(piece, lease.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return await writer.CompleteAsync(lease.Token).ConfigureAwait(false);
            }

            await writer.WriteAsync(piece.AsMemory(0, read), lease.Token).ConfigureAwait(false);
            written += read;
        }
    }

    private BackupInfo Describe(StateHead head)
    {
        var self = devices.Members.Self;
        return new()
        {
            Cluster = self.Cluster,
            ClusterName = node.Options.Cluster,
            Fork = self.Fork,
            Group = head.Group,
            Epoch = head.Epoch,
            Slot = head.Applied,
            Time = head.Time,
            Chain = head.Chain,
            Taken = node.Time.GetUtcNow(),
            Node = node.Name,
            Program = $"PaxosSM {typeof(NodeBackup).Assembly.GetName().Version?.ToString(3)}",
        };
    }
}
