using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tcp;

/// <summary>What the parts of one transport share.</summary>
internal sealed class TransportContext
{
    private readonly ConcurrentDictionary<Connection, bool> _open = new();
    private readonly Func<NodeIdentity> _self;
    private readonly LogLimiter _limiter;
    private long _refusals;

    public TransportContext(
        TcpTransportOptions options, Func<NodeIdentity> self, IPeerPolicy policy, TcpTransportServices services)
    {
        Options = options;
        Policy = policy;
        Services = services;
        _self = self;
        _limiter = new(services.Time);
    }

    public TcpTransportOptions Options { get; }

    public IPeerPolicy Policy { get; }

    public TcpTransportServices Services { get; }

    public ILogger Log => Services.Logger;

    /// <summary>Whether nothing lies between a connection's bytes and its socket.</summary>
    public bool IsPlain => Services.Security is PlainConnections;

    public TimeProvider Time => Services.Time;

    public long Refusals => Volatile.Read(ref _refusals);

    public Hello Hello => Hello.From(_self(), ConnectionRole.Member);

    /// <summary>This node's fork now.</summary>
    public ForkId Fork => _self().Fork;

    public FrameSender NewSender(int bytesMax, bool inline) => new(bytesMax, Options.FrameBytesMax, inline, Time);

    /// <summary>Counts the connection among those that are looked after; it has to greet in time.</summary>
    public void Watch(Connection connection)
    {
        var since = Time.GetTimestamp();
        connection.Overdue = () => Time.GetElapsedTime(since) > Options.HelloTimeout ? "no greeting in time" : null;
        _open[connection] = true;
    }

    public void Forget(Connection connection) => _open.TryRemove(connection, out _);

    public void CloseOverdue()
    {
        foreach (var (connection, _) in _open)
        {
            if (connection.Overdue?.Invoke() is { } reason)
            {
                connection.Shutdown(reason);
            }
        }
    }

    /// <summary>A member greeted. Where this node's fork became known meanwhile, the greeting was another one's: it is
    /// to be heard anew.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="remote">Who greeted.</param>
    /// <param name="said">The fork that this node named, or knew when it judged the greeting.</param>
    public void OnGreeted(Connection connection, NodeIdentity remote, ForkId said)
    {
        connection.Fork = remote.Fork;
        Interlocked.MemoryBarrier(); // against a fork that is adopted now: one of the two sees the other
        if (Fork is var fork && fork != said)
        {
            CloseStranger(connection, fork);
        }
    }

    /// <summary>This node's fork is known now: who greeted without one, or with another one, has to greet anew (R33).
    /// </summary>
    public void Regreet(ForkId fork)
    {
        Interlocked.MemoryBarrier();
        foreach (var (connection, _) in _open)
        {
            CloseStranger(connection, fork);
        }
    }

    private static void CloseStranger(Connection connection, ForkId fork)
    {
        if (connection.Fork is { } other && other != fork)
        {
            connection.Shutdown("this node's fork is known now: greet anew");
        }
    }

    public void CloseAll()
    {
        foreach (var (connection, _) in _open)
        {
            connection.Shutdown("this node stops");
        }
    }

    /// <summary>The watch over a connection whose frames flow.</summary>
    public Func<string?> StallOf(FrameSender? sender, FrameReceiver? receiver) => () =>
    {
        if (sender?.StalledFor > Options.StallMax)
        {
            return $"nothing could be written for {Options.StallMax.TotalSeconds:0.#} s";
        }

        return receiver is { InsideFrame: true } && receiver.SilentFor > Options.StallMax
            ? $"silent within a frame for {Options.StallMax.TotalSeconds:0.#} s"
            : null;
    };

    public void LogRefusal(string remote, string reason)
    {
        Interlocked.Increment(ref _refusals);
        if (_limiter.Allows(out var suppressed))
        {
            Log.Refused(remote, reason, suppressed);
        }
    }
}
