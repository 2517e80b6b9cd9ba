using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using PaxosSM.Hosting;
using PaxosSM.RedisKv.Server;

namespace PaxosSM.RedisKv.Hosting;

/// <summary>Serves Redis clients at one member.</summary>
internal sealed class ReplicaServer : IAsyncDisposable
{
    private readonly IPaxosClient? _client;
    private readonly StreamBackend? _backend;
    private readonly RespServer _server;

    /// <summary>A server that has not started.</summary>
    /// <param name="node">The replica; the caller disposes it, after this.</param>
    /// <param name="connectionsMax">The most clients.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="keyless">Why the member holds no keys; null for a learner, which does.</param>
    public ReplicaServer(PaxosNode node, int connectionsMax, ILoggerFactory loggers, string? keyless = null)
    {
        var logger = loggers.CreateLogger("RedisKv");
        var options = new RespServerOptions { ConnectionsMax = connectionsMax, DescribeBackend = () => Describe(node) };
        if (keyless is not null)
        {
            _server = new(new KeylessBackend(keyless), options, TimeProvider.System, logger);
            return;
        }

        _client = node.CreateClient();
        _backend = new(_client, ReadConsistency.Linearizable, logger);
        _server = new(_backend, options, TimeProvider.System, logger);
    }

    /// <summary>Starts to listen, and tells where.</summary>
    public IPEndPoint Start(IPEndPoint listen) => _server.Start(listen);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        if (_backend is not null)
        {
            await _backend.DisposeAsync().ConfigureAwait(false);
        }

        if (_client is not null)
        {
            await _client.DisposeAsync().ConfigureAwait(false);
        }
    }

    // A section of INFO, as Redis lays them out.
    private static string Describe(PaxosNode node)
    {
        var text = new StringBuilder("# Paxos\r\n");
        Add("self", node.Name);
        Add("waiting", node.Waiting);
        if (node.Status is { } status)
        {
            Add("leader", status.Members.FirstOrDefault(member => member.Member.Id == status.Leader)?.Member.Name
                ?? string.Empty);
            Add("ballot", status.Ballot.ToString());
            Add("chosen", status.ChosenThrough.Index.ToString(CultureInfo.InvariantCulture));
            Add("applied", status.Applied.Index.ToString(CultureInfo.InvariantCulture));
            Add("snapshot", status.SnapshotThrough.Index.ToString(CultureInfo.InvariantCulture));
            Add("trimmed", status.TrimmedTo.Index.ToString(CultureInfo.InvariantCulture));
            Add("digest", status.Digest is { } taken ? $"{taken.Slot},{taken.Chain:x16},{taken.Digest:x16}"
                : string.Empty);
            Add("only_learns", node.OnlyLearns ?? string.Empty);
            Add("halted", status.Halted?.Split('\n')[0] ?? string.Empty);
            foreach (var lane in status.Lanes)
            {
                var awaited = lane.IsAwaited ? "awaited" : string.Empty;
                Add($"lane_{lane.Lane.Index}", $"{lane.Owner},{lane.Through.Index},{awaited}");
            }

            foreach (var member in status.Members)
            {
                Add("member_" + member.Member.Name,
                    $"{(member.Reachable ? "up" : "down")},{member.Member.Address},{member.Detail}");
            }
        }

        return text.ToString();

        void Add(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"paxos_{name}:{value}\r\n");
    }
}
