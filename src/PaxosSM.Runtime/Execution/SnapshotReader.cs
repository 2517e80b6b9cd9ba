using PaxosSM.Execution;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Execution;

/// <summary>Restores an executor and its machine from a stored snapshot: the executor's state, then the
/// machine's.</summary>
public static class SnapshotReader
{
    /// <summary>Reads the executor's state, which a snapshot begins with, header included; the machine's
    /// follows.</summary>
    /// <exception cref="FormatException">It does not begin like one.</exception>
    /// <exception cref="EndOfStreamException">It is cut.</exception>
    public static async ValueTask<byte[]> ReadStateAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        var header = new byte[Executor.StateHeaderSize];
        await snapshot.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);
        var state = new byte[header.Length + StateHead.LengthBehind(header)];
        header.CopyTo(state, 0);
        await snapshot.ReadExactlyAsync(state.AsMemory(header.Length), cancellationToken).ConfigureAwait(false);
        return state;
    }

    /// <summary>Restores.</summary>
    /// <exception cref="InvalidDataException">The snapshot is missing, damaged, or not for this replica.</exception>
    internal static async ValueTask RestoreAsync(
        ISnapshotStore store, Executor executor, Slot slot, CancellationToken cancellationToken)
    {
        try
        {
            var stream = store.Open(executor.Group, slot) ?? throw new InvalidDataException("it is not there");
            await using (stream.ConfigureAwait(false))
            {
                await ReadAsync(stream, executor, slot, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new InvalidDataException(
                $"the snapshot of group {executor.Group} at slot {slot} can't be restored: {exception.Message}",
                exception);
        }
    }

    /// <summary>Whether the store can read every byte of a snapshot; what a machine makes of them is another question.
    /// What can't be read is damaged (R24).</summary>
    internal static async ValueTask<bool> IsIntactAsync(
        ISnapshotStore store, GroupId group, Slot slot, CancellationToken cancellationToken)
    {
        try
        {
            var stream = store.Open(group, slot);
            if (stream is null)
            {
                return false;
            }

            await using (stream.ConfigureAwait(false))
            {
                await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                return true;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            return false;
        }
    }

    private static async ValueTask ReadAsync(
        Stream stream, Executor executor, Slot slot, CancellationToken cancellationToken)
    {
        executor.ReadState(await ReadStateAsync(stream, cancellationToken).ConfigureAwait(false));
        if (executor.Applied != slot)
        {
            throw new InvalidDataException($"it covers slot {executor.Applied}");
        }

        await executor.Machine.RestoreAsync(stream, cancellationToken).ConfigureAwait(false);

        // The store verifies its checksum by the end of the stream, and a machine may stop before.
        await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
    }
}
