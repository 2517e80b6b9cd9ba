using System.Collections.Immutable;
using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Groups;

namespace PaxosSM.Hosting;

/// <summary>The catalog of groups at one node, and the way to change it.</summary>
internal sealed class CatalogReplica : IAsyncDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    // It has no work most of the time, and shall cost nothing then.
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);
    private readonly NodePump _pump;
    private readonly TimeProvider _time;
    private readonly PaxosClient _client;
    private readonly Action _changed;
    private volatile ImmutableSortedDictionary<string, GroupInfo> _groups =
        ImmutableSortedDictionary<string, GroupInfo>.Empty;

    /// <summary>A catalog that has not started.</summary>
    /// <param name="node">The node.</param>
    /// <param name="settings">The catalog's own group.</param>
    /// <param name="pump">The node's loop.</param>
    /// <param name="pools">What groups share.</param>
    /// <param name="changed">Told when there are other groups, on the executor's thread.</param>
    public CatalogReplica(
        NodeContext node, GroupSettings settings, NodePump pump, GroupPools pools, Action changed)
    {
        (_pump, _time, _changed) = (pump, node.Time, changed);
        Group = new(settings, () => new GroupCatalog(OnChanged), node.NewGateway(GroupCatalog.Id), pools);
        _client = new(
            new InProcessChannel(Group.Gateway.Connect),
            node.Options.Client with { Group = GroupCatalog.Id, TickInterval = TickInterval });
    }

    /// <summary>Its own group.</summary>
    public PooledGroup Group { get; }

    /// <summary>The groups, as far as this node has come.</summary>
    public ImmutableSortedDictionary<string, GroupInfo> Groups => _groups;

    /// <summary>Starts.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Group.StartAsync(_pump, cancellationToken);

    /// <summary>Applies a command, once.</summary>
    public async Task<(bool Done, GroupId Group)> ExecuteAsync(byte[] command, CancellationToken cancellationToken)
    {
        var result = await _client.ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
        return GroupCatalog.ReadResult(result.Result.Span);
    }

    /// <summary>Completes once everything is known here that was chosen before the call.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                _ = await _client.QueryAsync(default, ReadConsistency.Linearizable, cancellationToken)
                    .ConfigureAwait(false);
                return;
            }
            catch (PaxosException)
            {
                // No quorum yet, most likely: the groups have none either.
                await Task.Delay(RetryPause, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        await Group.StopAsync(_pump, "this node is stopping").ConfigureAwait(false);
    }

    private void OnChanged(ImmutableSortedDictionary<string, GroupInfo> groups)
    {
        _groups = groups;
        _changed();
    }
}
