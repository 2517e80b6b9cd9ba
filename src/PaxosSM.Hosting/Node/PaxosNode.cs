using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Genesis;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>One node of a cluster, composed: folder, log, snapshots, transport, genesis, and the group that it
/// serves.</summary>
/// <remarks>
/// <see cref="StartAsync"/> returns once the node listens; genesis may wait for other members then (R13), and commands
/// wait
/// with it: <see cref="Waiting"/> says for what. A node is started once; after <see cref="DisposeAsync"/> the folder is
/// free for another.
/// Clients may be made before the start. Safe for use by many threads, but for start and end.
/// </remarks>
public sealed class PaxosNode : IAsyncDisposable
{
    private static readonly TimeSpan GenesisTold = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PaxosOptions _options;
    private readonly Func<IStateMachine> _machine;
    private readonly NodeServices _services;
    private readonly Meter _meter;
    private readonly NodeLog _log;
    private readonly Gateway _gateway;
    private NodeDevices? _devices;
    private Task _running = Task.CompletedTask;
    private volatile GroupHost? _group;
    private volatile NodeLoop? _loop;
    private volatile string? _failure;
    private bool _disposed;

    /// <summary>A node that has not started.</summary>
    /// <param name="options">The settings; validated at the start.</param>
    /// <param name="machine">Makes the machine: an empty one, once.</param>
    /// <param name="services">What the host gives; null for defaults.</param>
    public PaxosNode(PaxosOptions options, Func<IStateMachine> machine, NodeServices? services = null)
    {
        _options = options;
        _machine = machine;
        _services = services ?? new();
        _meter = new(MetricsEventSink.MeterName);
        _log = new(_services.LoggerFactory.CreateLogger<PaxosNode>(), options.Self);
        _gateway = new(
            GroupId.Default,
            options.Gateway with { Durability = options.Durability },
            () => NodeLoop.Now(_services.Time));
        NodeGauges.Add(_meter, options.Self, () => Status);
    }

    /// <summary>The node's name.</summary>
    public string Name => _options.Self;

    /// <summary>Where it listens; null before the start.</summary>
    public IPEndPoint? EndPoint => _devices?.EndPoint;

    /// <summary>The group's state here, as of the last tick; null before genesis has ended.</summary>
    public ReplicaStatus? Status => _group?.Status;

    /// <summary>Why the node is of no use any more; null while it works.</summary>
    public string? Failure => _failure ?? Status?.Halted;

    /// <summary>What the node waits for, in words; empty when nothing waits.</summary>
    public string Waiting => Failure ?? Status?.Waiting ?? _devices?.Genesis?.Waiting ?? "not started";

    /// <summary>Why this node only learns, though it is listed as a voter (R13, R26); null when it does not.</summary>
    public string? OnlyLearns { get; private set; }

    /// <summary>Completes once genesis has ended and the group is served; fails with the node.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Opens the folder and takes the port, without listening yet: for callers that need the port before the
    /// start.</summary>
    /// <exception cref="Storage.DataDirectoryException">The folder is another's, in use, or damaged.</exception>
    public IPEndPoint Bind()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _devices ??= NodeDevices.Open(_options, _services, _log, _meter);
        return _devices.EndPoint;
    }

    /// <summary>Starts the node.</summary>
    /// <exception cref="OptionsValidationException">The settings are wrong; the message says which.</exception>
    /// <exception cref="Storage.DataDirectoryException">The folder is another's, in use, or damaged.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var verdict = new PaxosOptionsValidator().Validate(null, _options);
        if (verdict.Failed)
        {
            throw new OptionsValidationException(nameof(PaxosOptions), typeof(PaxosOptions), verdict.Failures);
        }

        Bind();
        var devices = _devices!; // Bind opened them
        await devices.StartAsync(_options, _services, _gateway, cancellationToken).ConfigureAwait(false);
        _running = RunAsync(devices);
    }

    /// <summary>A client of this node's group, within the process; the caller disposes it.</summary>
    public IPaxosClient CreateClient(PaxosClientOptions? options = null) =>
        new PaxosClient(new InProcessChannel(_gateway.Connect), options ?? _options.Client);

    /// <summary>Stops serving, makes durable what was appended, and frees the folder and the port.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _gateway.Stop($"{Name} is stopping");
        if (_devices?.Genesis is { } genesis)
        {
            await genesis.DisposeAsync().ConfigureAwait(false);
        }

        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _loop?.Dispose();
        if (_group is { } group)
        {
            await group.DisposeAsync().ConfigureAwait(false);
        }

        if (_devices is not null)
        {
            await _devices.DisposeAsync().ConfigureAwait(false);
        }

        _ = _ready.TrySetCanceled();
        _meter.Dispose();
    }

    private async Task RunAsync(NodeDevices devices)
    {
        try
        {
            var outcome = await AwaitGenesisAsync(devices.Genesis!).ConfigureAwait(false); // the start made it
            await ServeAsync(devices, outcome).ConfigureAwait(false);
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

    private async Task<GenesisOutcome> AwaitGenesisAsync(GenesisDriver genesis)
    {
        var told = string.Empty;
        while (true)
        {
            try
            {
                return await genesis.Outcome.WaitAsync(GenesisTold, _services.Time, _stopping.Token)
                    .ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (genesis.Waiting is var waiting && waiting != told)
                {
                    told = waiting;
                    _log.Genesis(waiting);
                }
            }
        }
    }

    private async Task ServeAsync(NodeDevices devices, GenesisOutcome outcome)
    {
        var roles = Adopt(devices, outcome);
        var pump = devices.NewPump(_services.Time);
        var settings = NewGroup(devices, roles);
        GroupHost group = new(settings, _machine(), _gateway, devices.Snapshots);
        _group = group;
        await group.StartAsync(settings, pump, _stopping.Token).ConfigureAwait(false);
        NodeLoop loop = new(pump, _services.Time, Name, crash => Fail(crash.ToString()));
        _loop = loop;
        devices.Receiver.Pump = pump;
        loop.Start();
    }

    /// <returns>The roles that this node may play.</returns>
    private MemberRoles Adopt(NodeDevices devices, GenesisOutcome outcome)
    {
        var (configuration, fork) = outcome switch
        {
            GenesisCompleted completed => (completed.Configuration, completed.Fork),
            StorageReplaced replaced => (replaced.Configuration, replaced.Fork),
            GenesisRefused refused => throw new PaxosConfigurationException(refused.Why),
            _ => throw new UnreachableException(),
        };
        devices.Members.Adopt(configuration, fork, devices.Folder);
        _log.Ready(string.Join(", ", configuration.Members.Select(member => $"{member.Name} ({member.Storage})")));
        var roles = configuration.Find(devices.Members.Self.Node)!.Roles; // genesis lists this node
        if (outcome is not StorageReplaced dead)
        {
            return roles;
        }

        // R13: it may only learn. One that is no learner has nothing to do, but says why.
        OnlyLearns = dead.Why;
        _log.OnlyLearns(dead.Why);
        return roles & MemberRoles.Learner;
    }

    private GroupSettings NewGroup(NodeDevices devices, MemberRoles roles)
    {
        var self = devices.Members.Self;
        IProtocolEventSink[] sinks =
        [
            new LoggingEventSink(_services.LoggerFactory.CreateLogger<LoggingEventSink>(), Name),
            new MetricsEventSink(_meter, Name),
            .. _services.EventSinks,
        ];
        return new()
        {
            Name = Name,
            Context = new(
                GroupId.Default,
                self.Node,
                self.Incarnation,
                devices.Members.Configuration,
                _options.Protocol,
                self.Boot)
            {
                Own = roles,
            },
            Log = devices.Log,
            Transport = devices.Transport,
            Events = new EventSinks(sinks),
            Observer = _log,
            OnHalted = (group, why) => _log.OnHalted(group, why),
            Clock = _services.Time,
            Execution = new()
            {
                CheckpointSlots = _options.Protocol.CheckpointSlots,
                Snapshots = _options.Snapshots,
            },
        };
    }

    private void Fail(string why)
    {
        _failure = why;
        _log.Failed(why);
        _gateway.Stop($"{Name} has failed: {why}");
    }
}
