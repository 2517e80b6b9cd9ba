using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;
using PaxosSM.Transport.Tcp;

namespace PaxosSM.Transport.Tests;

/// <summary>A transport on a port of the system's choice, with what it logs, learns and receives.</summary>
internal sealed class TcpNode : IAsyncDisposable
{
    private readonly TcpTransport _transport;
    private Member[] _members = [];

    public TcpNode(
        ushort id, TcpTransportOptions? options = null, TimeProvider? time = null, uint incarnation = 1, ulong boot = 1)
    {
        Identity = Samples.Identity with { Node = new(id), Incarnation = incarnation, Boot = boot + id };
        Registry = new(() => Identity, () => new(Epoch.First, _members))
        {
            Alarmed = Alarms.Enqueue,
            Learned = Learned.Enqueue,
        };
        TcpTransportServices services = new() { Logger = Log, Time = time ?? TimeProvider.System };
        _transport = new(options ?? new(), () => Identity, Registry, services);
        EndPoint = _transport.Bind();
    }

    public NodeIdentity Identity { get; set; }

    public TcpTransport Transport => _transport;

    public IPEndPoint EndPoint { get; }

    public PeerRegistry Registry { get; }

    public ConcurrentQueue<TwoCopies> Alarms { get; } = new();

    public ConcurrentQueue<PeerFacts> Learned { get; } = new();

    public Recorder Received { get; } = new();

    public LineLog Log { get; } = new();

    public Member Member =>
        new(Identity.Node, Identity.Node.ToString(), EndPoint.ToString(), MemberRoles.All, Identity.Storage);

    public void SetMembers(params Member[] members)
    {
        _members = members;
        _transport.SetMembers(members);
    }

    public Task StartAsync() => _transport.StartAsync(Received, default);

    /// <summary>Connects as a stranger would, and says <paramref name="bytes"/>.</summary>
    public async Task<NetworkStream> KnockAsync(params byte[] bytes)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint);
        NetworkStream stream = new(socket, ownsSocket: true);
        await stream.WriteAsync(bytes);
        return stream;
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();
}

/// <summary>Keeps log lines of warnings and above.</summary>
internal sealed class LineLog : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string[] Lines => [.. _lines];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Enqueue(formatter(state, exception) + exception);
        }
    }
}
