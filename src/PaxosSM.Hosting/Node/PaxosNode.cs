using System.Net;
using Microsoft.Extensions.Options;
using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Genesis;

namespace PaxosSM.Hosting;

/// <summary>One node of a cluster, composed: folder, log, snapshots, transport, genesis, and the group that it
/// serves.</summary>
/// <remarks>
/// <see cref="StartAsync"/> returns once the node is warm (<see cref="PaxosOptions.WarmUp"/>) and listens; genesis may
/// wait for other members then (R13), and commands wait with it: <see cref="Waiting"/> says for what. A node is started
/// once; after <see cref="DisposeAsync"/> the folder is free for another.
/// Clients may be made before the start. Safe for use by many threads, but for start and end.
/// </remarks>
public sealed class PaxosNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NodeContext _context;
    private NodeDevices? _devices;
    private Task _running = Task.CompletedTask;
    private volatile NodeServing? _serving;
    private volatile string? _failure;
    private bool _disposed;

    /// <summary>A node that has not started.</summary>
    /// <param name="options">The settings; validated at the start.</param>
    /// <param name="machine">Makes the machine: an empty one; again when a damaged snapshot spoiled the first.</param>
    /// <param name="services">What the host gives; null for defaults.</param>
    public PaxosNode(PaxosOptions options, Func<IStateMachine> machine, NodeServices? services = null)
    {
        var context = NodeContext.Create(
            options, machine, services ?? new(), group => _serving?.GatewayOf(group), Fail);
        _context = context with { Desk = AdminDesk.Open(this, context.Gateway, _stopping.Token) };
        Groups = new(_context, () => _serving, () => Waiting);
        NodeGauges.Add(_context.Meter, options.Self, () => Status);
    }

    /// <summary>The groups beside the first one that the cluster's nodes host.</summary>
    public NodeGroups Groups { get; }

    /// <summary>The node's name.</summary>
    public string Name => _context.Name;

    /// <summary>Where it listens; null before the start.</summary>
    public IPEndPoint? EndPoint => _devices?.EndPoint;

    /// <summary>Who the node is by its folder, cluster and fork (R33) included; null before the start.</summary>
    public NodeIdentity? Identity => _devices?.Members.Self;

    /// <summary>The group's state here, as of the last tick; null before genesis has ended.</summary>
    public ReplicaStatus? Status => Group?.Status;

    /// <summary>Why the node is of no use any more; null while it works.</summary>
    public string? Failure => _failure ?? Status?.Halted;

    /// <summary>What the node waits for, in words; empty when nothing waits.</summary>
    public string Waiting => Failure ?? Status?.Waiting ?? _devices?.Genesis?.Waiting ?? "not started";

    /// <summary>Why this node only learns, though it is listed as a voter (R13, R26); null when it does not.</summary>
    public string? OnlyLearns => _serving?.OnlyLearns;

    /// <summary>Destinations of outboxes that this node delivers nothing more to, and why (R27).</summary>
    public IReadOnlyList<StoppedDelivery> StoppedDeliveries => _context.Outboxes?.Stopped ?? [];

    /// <summary>The group here; null before genesis has ended.</summary>
    internal GroupHost? Group => _serving?.Group;

    /// <summary>Whether the catalog of groups, where there is one, has the first group's members.</summary>
    internal bool IsFollowed => _serving?.Groups?.IsFollowed ?? true;

    /// <summary>Makes backups of a group here; null before genesis has ended, and for a group that does not run
    /// here.</summary>
    internal NodeBackup? BackupOf(GroupId group) => _serving?.BackupOf(group);

    /// <summary>Completes once genesis has ended and the group is served; fails with the node.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Opens the folder and takes the port, without listening yet: for callers that need the port before the
    /// start.</summary>
    /// <exception cref="Storage.DataDirectoryException">The folder is another's, in use, or damaged.</exception>
    public IPEndPoint Bind()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _devices ??= NodeDevices.Open(_context);
        return _devices.EndPoint;
    }

    /// <summary>Starts the node.</summary>
    /// <exception cref="OptionsValidationException">The settings are wrong; the message says which.</exception>
    /// <exception cref="Storage.DataDirectoryException">The folder is another's, in use, or damaged.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var verdict = new PaxosOptionsValidator().Validate(null, _context.Options);
        if (verdict.Failed)
        {
            throw new OptionsValidationException(nameof(PaxosOptions), typeof(PaxosOptions), verdict.Failures);
        }

        Bind();
        var devices = _devices!; // Bind opened them
        if (_context.Options.WarmUp > TimeSpan.Zero)
        {
            await new NodeWarmUp(_context.Options, _context.Log).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        await devices.StartAsync(_context, cancellationToken).ConfigureAwait(false);
        _running = RunAsync(devices);
    }

    /// <summary>A client of this node's group, within the process; the caller disposes it.</summary>
    public IPaxosClient CreateClient(PaxosClientOptions? options = null) =>
        _context.NewClient(_context.Gateway, options);

    /// <summary>Delivers again where <see cref="StoppedDeliveries"/> tells of an end.</summary>
    public void ResumeDeliveries() => _context.Outboxes?.Resume();

    /// <summary>Lets a node in that is no member yet: it may learn from this one (R15) until an epoch lists it. Lasts
    /// as long as this process; invite it again at another leader.</summary>
    /// <param name="guest">The node; its storage is not looked at.</param>
    /// <returns>The storage that it came with: what an epoch must list; none while it was not met.</returns>
    public StorageId Invite(Member guest) => _serving?.Invite(guest) ?? StorageId.None;

    /// <summary>Ends the present epoch, and begins one with other members (R11): any of them may be new, gone, or have
    /// other roles. On the leader; others refuse.</summary>
    /// <remarks>Completes once the next epoch has begun at this node, whichever it is: the result says whether it is
    /// the wished one.</remarks>
    /// <param name="expected">The epoch that shall end: compared before anything is set.</param>
    /// <param name="next">The members of the next one.</param>
    /// <param name="force">Don't wait for newcomers to be caught up (R15).</param>
    /// <param name="cancellationToken">Ends the wait; what was proposed by then may still come.</param>
    public Task<ReconfigurationResult> ReconfigureAsync(
        Epoch expected, Configuration next, bool force = false, CancellationToken cancellationToken = default) =>
        Group is { } group
            ? group.ReconfigureAsync(expected, next, force, cancellationToken)
            : Task.FromResult(ReconfigurationResult.NotLeading(Waiting));

    /// <summary>Stops serving, makes durable what was appended, and frees the folder and the port.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _context.Gateway.Stop($"{Name} is stopping");
        if (_devices?.Genesis is { } genesis)
        {
            await genesis.DisposeAsync().ConfigureAwait(false);
        }

        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_serving is { } serving)
        {
            await serving.DisposeAsync().ConfigureAwait(false);
        }

        if (_devices is not null)
        {
            await _devices.DisposeAsync().ConfigureAwait(false);
        }

        _ = _ready.TrySetCanceled();
        _context.Meter.Dispose();
    }

    private async Task RunAsync(NodeDevices devices)
    {
        try
        {
            GenesisOutcome outcome = devices.Joining is { } joining
                ? joining
                : await devices.Genesis! // the start made it
                    .WaitAsync(_context.Log, _stopping.Token).ConfigureAwait(false);
            NodeServing serving = new(_context, devices, outcome);
            _serving = serving;
            await serving.StartAsync(_stopping.Token).ConfigureAwait(false);
            _ = _ready.TrySetResult();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _ = _ready.TrySetCanceled();
        }
#pragma warning disable CA1031 // whatever it is: nobody awaits this, so it is told here, and the node serves nothing
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception.Message);
            _ = _ready.TrySetException(exception);
        }
    }

    private void Fail(string why)
    {
        _failure = why;
        _context.Log.Failed(why);
        _context.Gateway.Stop($"{Name} has failed: {why}");
    }
}
