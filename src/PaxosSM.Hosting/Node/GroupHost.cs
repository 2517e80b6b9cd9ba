using PaxosSM.Execution;
using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>One group on one node: the executor with its thread, snapshots and their transfer, the driver, joined to
/// the gateway.</summary>
internal sealed class GroupHost : ISnapshotTransfer, IAsyncDisposable
{
    private readonly PooledWorker _snapshotWorker = new();
    private readonly PooledWorker _transferWorker = new();
    private readonly Func<IStateMachine> _machine;
    private readonly Gateway _gateway;
    private readonly ApplyLoop _execution;
    private readonly ApplyThread _thread;
    private readonly SnapshotTransfer _transfer;
    private IStateMachine _inUse;
    private ReplicaDriver? _driver;

    public GroupHost(GroupSettings settings, Func<IStateMachine> machine, Gateway gateway, ISnapshotStore store)
    {
        var context = settings.Context;
        _gateway = gateway;
        _machine = machine;
        _inUse = machine();
        Executor executor = new(context.Group, context.Configuration, _inUse, gateway);
        _execution = new(executor, store, _snapshotWorker, settings.Execution, settings.Observer, settings.Clock);
        _thread = new(_execution, $"paxos-apply {settings.Name}");
        _transfer = new(
            context.Group, context.Configuration.Epoch, store, settings.Transport, _transferWorker, settings.Transfer);
    }

    /// <summary>What people want to know.</summary>
    public ReplicaStatus? Status => _driver?.Status;

    /// <summary>Restores the machine, recovers the core from the log, and joins the group to the node's pump.</summary>
    /// <exception cref="InvalidDataException">The snapshot is intact, but not for this replica.</exception>
    public async Task StartAsync(GroupSettings settings, NodePump pump, CancellationToken cancellationToken)
    {
        var context = settings.Context;
        var restored = await _execution.RecoverAsync(() => NewExecutor(context), cancellationToken)
            .ConfigureAwait(false);
        Replica core = new(context, restored.Slot, NodeLoop.Now(settings.Clock));
        ReplicaPorts ports = new()
        {
            Log = settings.Log,
            Transport = settings.Transport,
            Execution = _execution,
            Snapshots = this,
            Events = settings.Events,
            Clock = settings.Clock,
            OnReadBound = _gateway.OnReadBound,
            OnRefused = _gateway.OnRefused,
            DeviceFailure = settings.DeviceFailure,
            OnHalted = settings.OnHalted,
        };
        ReplicaDriver driver = new(context, core, ports, pump.Wake);
        _execution.Attach(driver);
        _transfer.Attach(driver, _execution, settings.Observer);
        driver.Recover();
        if (restored.Slot > Slot.Zero)
        {
            driver.Post(new Executed(restored.Slot, restored.Time, restored.NextDeadline));
        }

        _gateway.Attach(driver, _execution);
        _driver = driver;
        _thread.Start();
        pump.Add(driver);
    }

    void ISnapshotTransfer.Start(SnapshotSource source) => _transfer.Start(source);

    void ISnapshotTransfer.OnMessage(NodeId from, Message message) => _transfer.OnMessage(from, message);

    // The driver's tick is the loop's, and what else the group does on the loop goes with it.
    void ISnapshotTransfer.OnTick(Instant now)
    {
        _transfer.OnTick(now);
        _gateway.OnTick(now);
    }

    // R24: what a damaged snapshot left half restored is not used any more.
    private Executor NewExecutor(ReplicaContext context)
    {
        var machine = _machine();
        if (ReferenceEquals(machine, _inUse))
        {
            throw new InvalidDataException(
                $"a snapshot of {context.Group} is damaged, and there is no other machine to start empty with: each "
                + "call of the machine's factory must give a new one; the next start will do without the snapshot");
        }

        _inUse = machine;
        return new(context.Group, context.Configuration, machine, _gateway);
    }

    public async ValueTask DisposeAsync()
    {
        _transfer.Stop();
        await _thread.DisposeAsync().ConfigureAwait(false);
        await _transferWorker.DisposeAsync().ConfigureAwait(false);
        await _snapshotWorker.DisposeAsync().ConfigureAwait(false);
    }
}
