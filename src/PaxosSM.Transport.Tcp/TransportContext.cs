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

    public TimeProvider Time => Services.Time;

    public long Refusals => Volatile.Read(ref _refusals);

    public Hello Hello => Hello.From(_self(), ConnectionRole.Member);

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
