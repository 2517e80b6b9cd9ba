using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;
using Polly;
using Polly.Retry;

namespace PaxosSM.Client;

/// <summary>
/// The way to a cluster over TCP: connected to one node at a time, to the next one when that dies or is of no use.
/// </summary>
public sealed class TcpChannel : IClientChannel, IEndpointChannel, IFrameHandler
{
    private readonly TcpChannelOptions _options;
    private readonly ResiliencePipeline<bool> _pauses;
    private readonly FrameSender _sender;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpConnector _connector;
    private IClientChannelReceiver? _receiver;
    private Task _running = Task.CompletedTask;
    private volatile Endpoint[] _endpoints;
    private int _next;
    private volatile string? _connectedTo;
    private volatile CancellationTokenSource? _connection;
    private volatile string _movedOn = string.Empty;

    /// <summary>A channel that does nothing until <see cref="Start"/>.</summary>
    public TcpChannel(TcpChannelOptions options)
    {
        options.Validate();
        _options = options;
        _endpoints = [.. options.Endpoints.Select(address => new Endpoint(address))];
        _next = Random.Shared.Next(options.Endpoints.Count);

        // Inline is wrong here: each frame is flushed for itself, and waking the writer gathers them.
        _sender = new(options.SendBytesMax, options.FrameBytesMax, inline: false, options.TimeProvider);
        _connector = new(options);
        _pauses = new ResiliencePipelineBuilder<bool> { TimeProvider = options.TimeProvider }
            .AddRetry(new RetryStrategyOptions<bool>
            {
                ShouldHandle = static round => new(!round.Outcome.Result),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.ReconnectDelay,
                MaxDelay = options.ReconnectDelayMax,
                MaxRetryAttempts = int.MaxValue,
            })
            .Build();
    }

    /// <inheritdoc/>
    public string State
    {
        get
        {
            if (_connectedTo is { } endpoint)
            {
                return $"connected to {endpoint}";
            }

            var failures = _endpoints.Select(node => $"{node.Address} ({node.Failure ?? "not tried"})");
            return $"not connected: {string.Join(", ", failures)}";
        }
    }

    /// <inheritdoc/>
    public void Start(IClientChannelReceiver receiver)
    {
        _receiver = receiver;
        _running = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(ClientFrame frame)
    {
        if (!_sender.TrySend(frame))
        {
            return new(false);
        }

        _sender.Flush();
        return new(true);
    }

    /// <inheritdoc/>
    /// <remarks>The configured ones come first, always: members may reach each other where clients don't.</remarks>
    public void Find(IReadOnlyList<string> endpoints)
    {
        var known = _options.Endpoints.Concat(endpoints).Distinct(StringComparer.Ordinal).ToArray();
        if (!known.SequenceEqual(_endpoints.Select(endpoint => endpoint.Address), StringComparer.Ordinal))
        {
            _endpoints = [.. known.Select(address => new Endpoint(address))];
        }
    }

    /// <inheritdoc/>
    public void MoveOn(string why)
    {
        _movedOn = why;
        if (_connection is { } connection)
        {
            // On another thread: what follows the end of a connection is not the caller's work, who may hold a lock.
            _ = CancelAsync(connection);
        }
    }

    /// <inheritdoc/>
    public ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload)
    {
        _receiver!.OnFrame(ClientFrameCodec.Read(header, payload.Span));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task CancelAsync(CancellationTokenSource connection)
    {
        try
        {
            await connection.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself meanwhile.
        }
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            // Each success begins the pauses anew.
            await _pauses.ExecuteAsync(
                static (channel, token) => channel.TryAllAsync(token), this, _stopping.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Tries one node after the other.</summary>
    /// <returns>True when one of them served for long enough: go on with the next at once.</returns>
    private async ValueTask<bool> TryAllAsync(CancellationToken stopping)
    {
        for (var tried = 0; tried < _endpoints.Length; tried++)
        {
            var endpoints = _endpoints;
            var endpoint = endpoints[Volatile.Read(ref _next) % endpoints.Length];
            Interlocked.Increment(ref _next);
            var began = _options.TimeProvider.GetTimestamp();
            endpoint.Failure = await TryAsync(endpoint.Address, stopping).ConfigureAwait(false);
            stopping.ThrowIfCancellationRequested();
            if (_options.TimeProvider.GetElapsedTime(began) >= _options.StableAfter + _options.ConnectTimeout)
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>Why it ended.</returns>
    private async Task<string> TryAsync(string endpoint, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _movedOn = string.Empty;
        try
        {
            var stream = await _connector.ConnectAsync(endpoint, ending.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                _connection = ending;
                return await ServeAsync(endpoint, stream, ending).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (TcpConnector.IsOfTheWire(exception))
        {
            return Describe(exception);
        }
        finally
        {
            _connection = null;
        }
    }

    private async Task<string> ServeAsync(string endpoint, Stream stream, CancellationTokenSource ending)
    {
        var sending = _sender.RunAsync(stream, ending.Token);
        _connectedTo = endpoint;
        _receiver!.OnConnected();
        FrameReceiver receiver = new(this, _options.FrameBytesMax, _options.TimeProvider);
        var receiving = receiver.RunAsync(stream, ending.Token);
        var ended = await Task.WhenAny(sending, receiving).ConfigureAwait(false);
        var why = ended.Exception?.InnerException is { } exception ? Describe(exception)
            : _movedOn.Length > 0 ? $"of no use: {_movedOn}"
            : "closed by the node";
        _connectedTo = null;
        _receiver.OnDisconnected(why);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return why;
    }

    private string Describe(Exception exception) => exception switch
    {
        OperationCanceledException when _movedOn.Length > 0 => $"of no use: {_movedOn}",
        OperationCanceledException => "no connection in time",
        EndOfStreamException => "closed by the node",
        _ => exception.Message,
    };

    private sealed class Endpoint(string address)
    {
        public string Address { get; } = address;

        /// <summary>Why the last connection there ended; null before the first.</summary>
        public string? Failure { get; set; }
    }
}
