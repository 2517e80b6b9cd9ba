using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Client;

/// <summary>Fetches a backup of a group over TCP, from the first node that can make one.</summary>
public sealed class BackupConnection(TcpChannelOptions options)
{
    // The node gives up before, and says so.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromMinutes(3);
    private readonly TcpConnector _connector = new(options);

    /// <summary>Fetches a backup.</summary>
    /// <param name="group">The group.</param>
    /// <param name="destination">Takes the bytes; what it holds after a failure is no backup.</param>
    /// <param name="progress">Is told how many bytes have come; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the backup is, in the node's words.</returns>
    /// <exception cref="PaxosException">No node could make one, or one broke off; the message says why of
    /// each.</exception>
    public async Task<string> RunAsync(
        GroupId group, Stream destination, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        List<string> failures = [];
        foreach (var endpoint in options.Endpoints)
        {
            Taking taking = new(destination, progress);
            try
            {
                var end = await AskAsync(endpoint, group, taking, cancellationToken).ConfigureAwait(false);
                if (end.State == AdminState.Done)
                {
                    return end.Text;
                }

                failures.Add($"{endpoint}: {end.Text}");
            }
            catch (Exception exception)
                when (TcpConnector.IsOfTheWire(exception) && !cancellationToken.IsCancellationRequested)
            {
                failures.Add($"{endpoint}: {exception.Message}");
            }

            // The disk here, not the node: no other node helps.
            if (taking.Failure is { } failure)
            {
                throw new IOException($"The backup can't be written: {failure.Message}", failure);
            }

            if (taking.Taken > 0)
            {
                break;
            }
        }

        throw new PaxosException(PaxosError.Stopped, $"no backup: {string.Join("; ", failures)}");
    }

    private async Task<ClientAdminResult> AskAsync(
        string endpoint, GroupId group, Taking taking, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stream = await _connector.ConnectAsync(endpoint, ending.Token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            FrameSender sender = new(options.SendBytesMax, options.FrameBytesMax, inline: false, options.TimeProvider);
            taking.Tell = taken =>
            {
                ending.CancelAfter(SilenceMax);
                sender.TrySend(new ClientBackup(group, 1, taken));
                sender.Flush();
            };
            var sending = sender.RunAsync(stream, ending.Token);
            var receiving = new FrameReceiver(taking, options.FrameBytesMax, options.TimeProvider)
                .RunAsync(stream, ending.Token);
            taking.Tell(0);
            await Task.WhenAny(taking.Last, receiving, sending).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return taking.Last.IsCompleted
                ? await taking.Last.ConfigureAwait(false)
                : throw new EndOfStreamException(
                    $"the connection ended after {taking.Taken} bytes, before the backup was whole");
        }
    }

    private sealed class Taking(Stream destination, IProgress<long>? progress) : IFrameHandler
    {
        private readonly TaskCompletionSource<ClientAdminResult> _last =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ClientAdminResult> Last => _last.Task;

        public Action<long> Tell { get; set; } = _ => { };

        public long Taken { get; private set; }

        public Exception? Failure { get; private set; }

        public async ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload)
        {
            switch (ClientFrameCodec.Read(header, payload.Span))
            {
                case ClientAdminResult end:
                    _last.TrySetResult(end);
                    break;
                case ClientBackupPiece piece when piece.Offset != Taken:
                    throw new WireFormatException($"a piece of a backup at {piece.Offset}, where {Taken} is next");
                case ClientBackupPiece piece:
                    await TakeAsync(piece).ConfigureAwait(false);
                    break;
                default:
                    break; // told unasked, such as who leads
            }
        }

        private async Task TakeAsync(ClientBackupPiece piece)
        {
            try
            {
                await destination.WriteAsync(piece.Bytes).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                Failure = failure;
                throw;
            }

            Taken += piece.Bytes.Length;
            progress?.Report(Taken);
            Tell(Taken);
        }
    }
}
