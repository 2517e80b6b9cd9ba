using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace PaxosSM.RedisKv.Server;

/// <summary>Accepts Redis clients.</summary>
internal sealed class RespServer : IAsyncDisposable
{
    private const int BacklogMax = 512;

    private readonly IRedisBackend _backend;
    private readonly ServerState _state;
    private readonly ILogger _logger;
    private Socket? _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _accepting = Task.CompletedTask;
    private volatile CancellationTokenSource _serving = new();
    private bool _disposed;
    private int _connections = 1; // the listener counts as one, so that the count reaches zero once

    /// <summary>Serves a backend; <see cref="Start"/> opens the port.</summary>
    public RespServer(IRedisBackend backend, RespServerOptions options, TimeProvider time, ILogger logger)
    {
        _backend = backend;
        _state = new(options, time);
        _logger = logger;
    }

    /// <summary>Opens the port, 0 for any free one; returns where clients connect.</summary>
    /// <exception cref="SocketException">The port cannot be opened.</exception>
    public IPEndPoint Start(IPEndPoint endPoint)
    {
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener = listener;
        listener.Bind(endPoint);
        listener.Listen(BacklogMax);
        var bound = (IPEndPoint)listener.LocalEndPoint!; // it is bound
        _state.Port = bound.Port;
        ServerLog.Listening(_logger, bound);
        _accepting = AcceptAsync(listener);
        return bound;
    }

    /// <summary>Closes all connections, and goes on to accept others: what waits here would not be answered in
    /// time.</summary>
    public async Task DropClientsAsync()
    {
        using var before = Interlocked.Exchange(ref _serving, new());
        await before.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the port and all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _accepting.ConfigureAwait(false);
        Leave();
        await _allClosed.Task.ConfigureAwait(false);
        _stopping.Dispose();
        _serving.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Admit(await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (SocketException exception)
            {
                ServerLog.AcceptFailed(_logger, exception.Message); // such as "too many open files": others may leave
                await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Admit(Socket socket)
    {
        if (Interlocked.Increment(ref _connections) > _state.Options.ConnectionsMax + 1)
        {
            ServerLog.TooManyConnections(_logger, socket.RemoteEndPoint, _state.Options.ConnectionsMax);
            socket.Blocking = false; // an empty send buffer takes so little; never wait for a client here
            _ = socket.Send("-ERR max number of clients reached\r\n"u8, SocketFlags.None, out _);
            socket.Dispose();
            Leave();
            return;
        }

        _ = Task.Run(() => ServeAsync(socket), CancellationToken.None); // never faults
    }

    private async Task ServeAsync(Socket socket)
    {
        var client = new ClientSession(_state.NextId(), $"{socket.RemoteEndPoint}", _state);
        try
        {
            using var closing = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, _serving.Token);
            socket.NoDelay = true;
            var stream = new NetworkStream(socket, ownsSocket: true);
            await using (stream.ConfigureAwait(false))
            {
                _state.Clients[client.Id] = client;
                var pipe = new StreamDuplexPipe(stream);
                var connection = new RespConnection(client, pipe, _backend, _logger, closing.Token);
                await connection.RunAsync().ConfigureAwait(false);
                await closing.CancelAsync().ConfigureAwait(false);
                await pipe.Input.CompleteAsync().ConfigureAwait(false);
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception)
        {
            ServerLog.ConnectionLost(_logger, client.Id, client.RemoteAddress, exception.Message);
        }
        finally
        {
            _state.Clients.TryRemove(client.Id, out _);
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _connections) == 0)
        {
            _allClosed.TrySetResult();
        }
    }
}
