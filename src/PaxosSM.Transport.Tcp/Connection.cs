using System.Net.Sockets;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tcp;

/// <summary>A socket and the one way in which it ends: <see cref="Shutdown"/>, whose first reason stands.</summary>
internal sealed class Connection : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Socket _socket;
    private readonly bool _isBlocking;
    private string? _reason;

    /// <summary>A connection over a socket, which it owns.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="blocking">Whether <see cref="Stream"/> blocks, and is for threads of its own.</param>
    public Connection(Socket socket, bool blocking)
    {
        _socket = socket;
        _isBlocking = blocking;
        Remote = socket.RemoteEndPoint?.ToString() ?? "?";
        Stream = blocking ? new BlockingSocketStream(socket) : new NetworkStream(socket, ownsSocket: false);
        Ending = _ending.Token;
    }

    public string Remote { get; }

    /// <summary>What is read and written: the socket's own stream until the connection is secured.</summary>
    public Stream Stream { get; set; }

    public CancellationToken Ending { get; }

    /// <summary>Why it ended; null while it lives.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Tells whether the connection has been waited for too long, and for what; asked every now and
    /// then.</summary>
    public Func<string?>? Overdue { get; set; }

    /// <summary>The fork that the member at the other side named; null before it greeted, and for a client.</summary>
    public ForkId? Fork { get; set; }

    public void Shutdown(string reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null)
        {
            return;
        }

        _ending.Cancel();
        if (_isBlocking)
        {
            Wake();
        }

        _socket.Dispose();
    }

    /// <summary>From here on nobody blocks: for connections whose frames the pool reads.</summary>
    public void MakeAsynchronous()
    {
        if (_isBlocking)
        {
            Stream = new NetworkStream(_socket, ownsSocket: false);
        }
    }

    /// <summary>Reads frames until the connection ends, and sends none: on threads of its own where the stream blocks.
    /// </summary>
    public Task ReceiveAsync(FrameReceiver frames) =>
        _isBlocking
            ? ReceivingCrew.RunAsync(frames, Stream.Read, $"paxos-receive {Remote}")
            : frames.RunAsync(Stream, Ending);

    /// <summary>Runs what blocks.</summary>
    public static Task OnOwnThread(Action run) => Task.Factory.StartNew(
        run,
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);

    // To close a socket does not everywhere wake who waits for it.
    private void Wake()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It ended by itself.
        }
    }

    /// <summary>Runs both loops until one ends, and ends the other.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(Task first, Task second)
    {
        var ended = await Task.WhenAny(first, second).ConfigureAwait(false);
        Shutdown(Describe(ended));
        await Task.WhenAll(first, second).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Reason!;
    }

    /// <summary>Tries to say why before the connection is closed; a peer that does not listen is not waited
    /// for.</summary>
    public async Task RefuseAsync(Refusal refusal)
    {
        try
        {
            using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(200));
            await Handshake.SayAsync(Stream, refusal, patience.Token).ConfigureAwait(false);
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (IsOfTheWire(exception))
        {
            // It is being closed anyway, for a better reason than this.
        }

        Shutdown(refusal.Text);
    }

    public void Dispose()
    {
        Shutdown("closed");
        Stream.Dispose();
        _ending.Dispose();
    }

    /// <summary>What the network, or the other side, can cause; all else is a bug.</summary>
    public static bool IsOfTheWire(Exception exception) => exception
        is IOException or SocketException or ObjectDisposedException or OperationCanceledException
        or WireFormatException or ConnectionRefusedException or System.Security.Authentication.AuthenticationException;

    private static string Describe(Task ended) => ended.Exception?.InnerException switch
    {
        null => "closed by the other side",
        EndOfStreamException => "closed by the other side",
        WireFormatException malformed => $"malformed: {malformed.Message}",
        { } exception => exception.Message,
    };
}
