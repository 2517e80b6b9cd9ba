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
    private readonly Gateway _gateway;
    private readonly ApplyLoop _execution;
    private readonly ApplyThread _thread;
    private readonly SnapshotTransfer _transfer;
    private ReplicaDriver? _driver;

    public GroupHost(GroupSettings settings, IStateMachine machine, Gateway gateway, ISnapshotStore store)
    {
        var context = settings.Context;
        _gateway = gateway;
        Executor executor = new(context.Group, context.Configuration, machine, gateway);
        _execution = new(executor, store, _snapshotWorker, settings.Execution, settings.Observer, settings.Clock);
        _thread = new(_execution, $"paxos-apply {settings.Name}");
        _transfer = new(
            context.Group, context.Configuration.Epoch, store, settings.Transport, _transferWorker, settings.Transfer);
    }

    /// <summary>What people want to know.</summary>
    public ReplicaStatus? Status => _driver?.Status;

    /// <summary>Restores the machine, recovers the core from the log, and joins the group to the node's pump.</summary>
    /// <exception cref="InvalidDataException">The snapshot is damaged, or not for this replica.</exception>
    public async Task StartAsync(GroupSettings settings, NodePump pump, CancellationToken cancellationToken)
    {
        var context = settings.Context;
        var restored = await _execution.RecoverAsync(cancellationToken).ConfigureAwait(false);
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

    public async ValueTask DisposeAsync()
    {
        _transfer.Stop();
        await _thread.DisposeAsync().ConfigureAwait(false);
        await _transferWorker.DisposeAsync().ConfigureAwait(false);
        await _snapshotWorker.DisposeAsync().ConfigureAwait(false);
    }
}
