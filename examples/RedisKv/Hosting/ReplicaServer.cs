using System.Net;
using Microsoft.Extensions.Logging;
using PaxosSM.Hosting;
using PaxosSM.RedisKv.CommandLine;
using PaxosSM.RedisKv.Server;

namespace PaxosSM.RedisKv.Hosting;

/// <summary>Serves Redis clients at one member.</summary>
internal sealed class ReplicaServer : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(20);
    private readonly IPaxosClient? _client;
    private readonly StreamBackend? _backend;
    private readonly RespServer _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watching = Task.CompletedTask;

    /// <summary>A server that has not started.</summary>
    /// <param name="node">The replica; the caller disposes it, after this.</param>
    /// <param name="arguments">What was asked for: the most clients, and what reads promise.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="keyless">Why the member holds no keys; null for a learner, which does.</param>
    public ReplicaServer(
        PaxosNode node, RedisKvArguments arguments, ILoggerFactory loggers, string? keyless = null)
    {
        var logger = loggers.CreateLogger("RedisKv");
        var options = new RespServerOptions
        {
            ConnectionsMax = arguments.ConnectionsMax,
            DescribeBackend = () => Describe(node),
        };
        if (keyless is not null)
        {
            _server = new(new KeylessBackend(keyless), options, TimeProvider.System, logger);
            return;
        }

        _client = node.CreateClient();
        _backend = new(_client, arguments.Reads, logger);
        MemberBackend backend = new(_backend, () => WhyNot(node));
        _server = new(backend, options, TimeProvider.System, logger);
        _watching = WatchAsync(node);
    }

    /// <summary>Starts to listen, and tells where.</summary>
    public IPEndPoint Start(IPEndPoint listen) => _server.Start(listen);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
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

    // A member that is none any more answers nothing that waits here, and one that is drained is to be stopped: its
    // clients are sent off.
    private async Task WatchAsync(PaxosNode node)
    {
        var served = false;
        while (!_stopping.IsCancellationRequested)
        {
            var serves = WhyNot(node) is null;
            if (served && !serves)
            {
                await _server.DropClientsAsync().ConfigureAwait(false);
            }

            served = serves;
            await Task.Delay(WatchInterval, _stopping.Token).ConfigureAwait(false);
        }
    }

    private static string? WhyNot(PaxosNode node)
    {
        if (node.Status is not { Epoch: { } epoch } status)
        {
            return null;
        }

        var why = (status.Roles & MemberRoles.Learner) == 0 ? $"is no member of {epoch.Epoch}"
            : status.IsDrained ? "is drained"
            : null;
        var others = epoch.Configuration.Members.Where(member => member.Id != status.Self).Select(each => each.Name);
        return why is null ? null : $"{node.Name} {why}; ask one of {string.Join(", ", others)}";
    }

    private static string Describe(PaxosNode node) =>
        PaxosInfo.Describe(node.Name, node.Waiting, node.OnlyLearns, node.Status);
}
