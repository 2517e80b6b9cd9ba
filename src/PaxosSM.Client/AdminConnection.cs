using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Client;

/// <summary>Brings an administration's commands to a cluster over TCP, and to its leader if another node is asked
/// first.</summary>
public sealed class AdminConnection(TcpChannelOptions options)
{
    private const int AttemptsMax = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly TcpConnector _connector = new(options);

    /// <summary>Has a command carried out.</summary>
    /// <param name="group">The group.</param>
    /// <param name="command">The command, in words.</param>
    /// <param name="progress">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; a change that was begun may still come.</param>
    /// <returns>The end: done, or refused with the reason.</returns>
    /// <exception cref="PaxosException">No node could be asked; the message says why of each.</exception>
    public async Task<ClientAdminResult> RunAsync(
        GroupId group, string command, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var endpoints = new Queue<string>(options.Endpoints);
        List<string> failures = [];
        while (endpoints.TryDequeue(out var endpoint))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var result = await AskAsync(endpoint, group, command, progress, cancellationToken)
                    .ConfigureAwait(false);
                if (result.State != AdminState.Elsewhere)
                {
                    return result;
                }

                if (result.Text.Length > 0)
                {
                    endpoints = new([result.Text, .. endpoints.Where(other => other != result.Text), endpoint]);
                    failures.Add($"{endpoint}: {result.Text} leads");
                }
                else
                {
                    endpoints.Enqueue(endpoint);
                    failures.Add($"{endpoint}: nobody leads");
                }
            }
            catch (Exception exception)
                when (TcpConnector.IsOfTheWire(exception) && !cancellationToken.IsCancellationRequested)
            {
                failures.Add($"{endpoint}: {exception.Message}");
            }

            if (failures.Count > AttemptsMax)
            {
                break;
            }

            await Task.Delay(failures.Count < options.Endpoints.Count ? TimeSpan.Zero : Pause, cancellationToken)
                .ConfigureAwait(false);
        }

        throw new PaxosException(PaxosError.NotLeader, string.Join("; ", failures.TakeLast(options.Endpoints.Count)));
    }

    private async Task<ClientAdminResult> AskAsync(
        string endpoint,
        GroupId group,
        string command,
        IProgress<string>? progress,
        CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stream = await _connector.ConnectAsync(endpoint, ending.Token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            FrameSender sender = new(options.SendBytesMax, options.FrameBytesMax, inline: false, options.TimeProvider);
            Answers answers = new(progress);
            var sending = sender.RunAsync(stream, ending.Token);
            var receiving = new FrameReceiver(answers, options.FrameBytesMax, options.TimeProvider)
                .RunAsync(stream, ending.Token);
            sender.TrySend(new ClientAdmin(group, 1, command));
            sender.Flush();
            await Task.WhenAny(answers.Last, receiving, sending).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return answers.Last.IsCompleted
                ? await answers.Last.ConfigureAwait(false)
                : throw new EndOfStreamException("the node closed the connection before it answered");
        }
    }

    private sealed class Answers(IProgress<string>? progress) : IFrameHandler
    {
        private readonly TaskCompletionSource<ClientAdminResult> _last =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ClientAdminResult> Last => _last.Task;

        public ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload)
        {
            if (ClientFrameCodec.Read(header, payload.Span) is ClientAdminResult result)
            {
                if (result.State == AdminState.UnderWay)
                {
                    progress?.Report(result.Text);
                }
                else
                {
                    _last.TrySetResult(result);
                }
            }

            return default;
        }
    }
}
