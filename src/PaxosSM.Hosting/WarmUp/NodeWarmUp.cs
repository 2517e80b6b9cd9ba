using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace PaxosSM.Hosting;

/// <summary>Has the runtime compile what will serve before it serves: a node that is new, or that was never led by,
/// would compile under its first load, which then waits.</summary>
/// <remarks>A cluster of this node's own, on loopback and below its folder, serves a load until the runtime has
/// compiled what it will. Nothing of it is left but the code.</remarks>
internal sealed class NodeWarmUp
{
    private const string FolderName = "warm-up";
    private const int Replicas = 3;
    private const int SegmentBytes = 1024 * 1024;

    // Small, so that snapshots and trims are compiled, too.
    private const int SnapshotLogBytes = 4 * 1024 * 1024;

    // The last ones come few at a time, for many turns: they are not worth waiting for.
    private const int FewMethods = 50;

    private readonly PaxosOptions _options;
    private readonly NodeLog _log;
    private readonly string _folder;

    /// <summary>A warm-up of a node.</summary>
    /// <param name="options">The node's settings.</param>
    /// <param name="log">What people are told.</param>
    public NodeWarmUp(PaxosOptions options, NodeLog log)
    {
        _options = options;
        _log = log;
        _folder = Path.Combine(options.Data, FolderName);
    }

    /// <summary>Warms up; a warm-up that fails is told of and leaves the node cold.</summary>
    /// <param name="cancellationToken">Gives up the node's start.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var methods = JitInfo.GetCompiledMethodCount();
        try
        {
            Clear(); // of one that was killed
            try
            {
                await PractiseAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Clear();
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, a port or a disk: the node can do without.
            _log.StartsCold(exception);
            return;
        }

        // A cluster's worth of buffers: who serves should not be stopped for them.
        GC.Collect();
        _log.WarmedUp(Stopwatch.GetElapsedTime(began), JitInfo.GetCompiledMethodCount() - methods);
    }

    private async Task PractiseAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(_options.WarmUp);
        var cluster = await PaxosCluster
            .StartEmbeddedAsync<PracticeMachine>(Replicas, OptionsOf(), bound.Token).ConfigureAwait(false);
        await using var clusterEnd = cluster.ConfigureAwait(false);
        var near = (cluster.Leader ?? cluster.Nodes[0]!).CreateClient(); // nobody stops any
        await using var nearEnd = near.ConfigureAwait(false);
        var far = cluster.CreateClient();
        await using var farEnd = far.ConfigureAwait(false);
        try
        {
            PracticeLoad load = new(near, far);
            long before;
            do
            {
                before = JitInfo.GetCompiledMethodCount();
                await load.RunAsync(bound.Token).ConfigureAwait(false);
            }
            while (JitInfo.GetCompiledMethodCount() - before > FewMethods);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // As long as it may take: what is compiled by now is worth the start.
        }
    }

    private EmbeddedOptions OptionsOf() => new()
    {
        Data = _folder,
        Cluster = string.Create(CultureInfo.InvariantCulture, $"warm-up {Environment.ProcessId}"),
        MeterName = MetricsEventSink.MeterName + ".WarmUp",
        Configure = options =>
        {
            options.Durability = _options.Durability;
            options.Log = options.Log with { FirstSegmentBytes = SegmentBytes };
            options.Snapshots = options.Snapshots with { LogBytesMin = SnapshotLogBytes };
        },
    };

    private void Clear()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
