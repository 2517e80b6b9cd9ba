using System.Net;
using PaxosSM.Client;

namespace PaxosSM.Hosting;

/// <summary>A whole cluster in one process, over loopback TCP, each replica with its own data folder: for a first look,
/// for tests, and for a single box.</summary>
/// <remarks>Starting and stopping nodes is for one caller at a time; everything else may be used by many
/// threads.</remarks>
public sealed class PaxosCluster : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly EmbeddedOptions _options;
    private readonly Func<string, IStateMachine> _machine;
    private readonly string _data;
    private readonly string[] _addresses;
    private readonly PaxosNode?[] _nodes;

    private PaxosCluster(EmbeddedOptions options, Func<string, IStateMachine> machine, int replicas)
    {
        _options = options;
        _machine = machine;
        _data = options.Data ?? Directory.CreateTempSubdirectory("paxossm-").FullName;
        _addresses = [.. options.Addresses.Concat(Enumerable.Repeat("127.0.0.1:0", replicas)).Take(replicas)];
        _nodes = new PaxosNode?[replicas];
    }

    /// <summary>The nodes by number; null where one is stopped.</summary>
    public IReadOnlyList<PaxosNode?> Nodes => _nodes;

    /// <summary>The nodes' addresses, stopped ones' too.</summary>
    public IReadOnlyList<string> Addresses => _addresses;

    /// <summary>Where the data folders are.</summary>
    public string Data => _data;

    /// <summary>A running node that takes itself for the leader; null when there is none.</summary>
    public PaxosNode? Leader => LeaderIndex is { } index ? _nodes[index] : null;

    /// <summary>The number of <see cref="Leader"/>.</summary>
    public int? LeaderIndex
    {
        get
        {
            for (var index = 0; index < _nodes.Length; index++)
            {
                if (_nodes[index]?.Status is { Halted: null } status && status.Leader == status.Self)
                {
                    return index;
                }
            }

            return null;
        }
    }

    /// <summary>Starts a cluster, and waits until it serves.</summary>
    /// <param name="machine">Makes an empty machine, for each replica and each of its starts.</param>
    /// <param name="replicas">How many replicas.</param>
    /// <param name="options">The settings; null for defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PaxosException">There was no leader in time; the message says what each node waits
    /// for.</exception>
    public static Task<PaxosCluster> StartEmbeddedAsync<TMachine>(
        Func<TMachine> machine,
        int replicas = 3,
        EmbeddedOptions? options = null,
        CancellationToken cancellationToken = default)
        where TMachine : class, IStateMachine =>
        StartEmbeddedAsync(_ => machine(), replicas, options, cancellationToken);

    /// <summary>Starts a cluster of machines that keep their state in a store of their own, and waits until it
    /// serves.</summary>
    /// <param name="machine">Makes the machine of a node, for each of its starts: its argument is the node's data
    /// folder, which exists, and is the place for the store.</param>
    /// <param name="replicas">How many replicas.</param>
    /// <param name="options">The settings; null for defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PaxosException">There was no leader in time; the message says what each node waits
    /// for.</exception>
    public static async Task<PaxosCluster> StartEmbeddedAsync<TMachine>(
        Func<string, TMachine> machine,
        int replicas = 3,
        EmbeddedOptions? options = null,
        CancellationToken cancellationToken = default)
        where TMachine : class, IStateMachine
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        options ??= new();
        PaxosCluster cluster = new(options, machine, replicas);
        try
        {
            var starts = cluster.BindAll().Select(node => node.StartAsync(cancellationToken));
            await Task.WhenAll(starts).ConfigureAwait(false);
            await cluster.WaitForLeaderAsync(options.StartTimeout, cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts a cluster of machines that need no arguments.</summary>
    public static Task<PaxosCluster> StartEmbeddedAsync<TMachine>(
        int replicas = 3, EmbeddedOptions? options = null, CancellationToken cancellationToken = default)
        where TMachine : class, IStateMachine, new() =>
        StartEmbeddedAsync(_ => new TMachine(), replicas, options, cancellationToken);

    /// <summary>A client over TCP that finds its way when nodes stop; the caller disposes it.</summary>
    public IPaxosClient CreateClient(PaxosClientOptions? options = null)
    {
        TcpChannel channel = new(new() { Cluster = ClusterName.Digest(_options.Cluster), Endpoints = _addresses });
        return new PaxosClient(channel, options);
    }

    /// <summary>Waits until a running node leads and serves.</summary>
    /// <exception cref="PaxosException">There was none in time; the message says what each node waits for.</exception>
    public async Task<PaxosNode> WaitForLeaderAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (Leader is { } leader)
            {
                return leader;
            }

            if (TimeProvider.System.GetElapsedTime(began) > timeout)
            {
                throw new PaxosException(PaxosError.Timeout, $"no leader after {timeout}: {Describe()}");
            }

            await Task.Delay(PollInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops a node; its folder and its address stay its own.</summary>
    public async Task StopNodeAsync(int index)
    {
        if (Interlocked.Exchange(ref _nodes[index], null) is { } node)
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Starts a stopped node again, on its folder and address.</summary>
    public async Task StartNodeAsync(int index, CancellationToken cancellationToken = default)
    {
        if (_nodes[index] is not null)
        {
            throw new InvalidOperationException($"node {index} runs already");
        }

        var node = NewNode(index);
        try
        {
            await node.StartAsync(cancellationToken).ConfigureAwait(false);
            _nodes[index] = node;
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops all nodes, and deletes the folder unless it was given.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, _nodes.Length).Select(StopNodeAsync)).ConfigureAwait(false);
        if (_options.Data is null && Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
        }
    }

    /// <summary>The data folder of a node.</summary>
    public string DataOf(int index) => Path.Combine(_data, NameOf(index));

    // The ports are known only once all are bound, and every member has to know every other's.
    private List<PaxosNode> BindAll()
    {
        List<PaxosNode> nodes = [];
        var all = new PaxosOptions[_nodes.Length];
        for (var index = 0; index < _nodes.Length; index++)
        {
            all[index] = NewOptions(index);
            var node = NewNode(all[index]);
            nodes.Add(node);
            _nodes[index] = node;
            _addresses[index] = Reachable(node.Bind(), _addresses[index]);
        }

        foreach (var options in all)
        {
            Readdress(options);
        }

        return nodes;
    }

    private static string Reachable(IPEndPoint bound, string wanted) =>
        wanted.EndsWith(":0", StringComparison.Ordinal) ? bound.ToString() : wanted;

    private PaxosNode NewNode(int index) => NewNode(NewOptions(index));

    private PaxosNode NewNode(PaxosOptions options) => new(
        options,
        () => _machine(options.Data),
        new()
        {
            LoggerFactory = _options.LoggerFactory,
            EventSinks = _options.EventSinks,
            MeterName = _options.MeterName,
            GroupMachines = _options.GroupMachines,
            GroupBackups = backup => _options.GroupBackups(options.Data, backup),
            OutboxHandler = _options.OutboxHandler,
        });

    private PaxosOptions NewOptions(int index)
    {
        PaxosOptions options = new() { Cluster = _options.Cluster, Self = NameOf(index), Data = DataOf(index) };
        _options.Configure(options);
        Readdress(options);
        return options;
    }

    private void Readdress(PaxosOptions options)
    {
        options.Members.Clear();
        for (var index = 0; index < _addresses.Length; index++)
        {
            options.Members.Add(new(NameOf(index), _addresses[index]));
        }
    }

    private static string NameOf(int index) => index < 26 ? ((char)('a' + index)).ToString() : $"n{index}";

    private string Describe() => string.Join(
        "; ", _nodes.Select((node, index) => $"{NameOf(index)}: {node?.Waiting ?? "stopped"}"));
}
