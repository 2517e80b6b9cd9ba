using PaxosSM.Election;
using PaxosSM.Execution;
using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Runtime;

/// <summary>One group on one node, composed but without a thread: executor, snapshots and their transfer, core and
/// driver, joined to the gateway.</summary>
/// <remarks>A host gives it threads: one for <see cref="Execution"/>, the pump's, the workers'; a simulator runs the
/// same parts itself, one step at a time.</remarks>
public sealed class GroupReplica : ISnapshotTransfer
{
    private readonly GroupSettings _settings;
    private readonly Func<IStateMachine> _machine;
    private readonly Gateway _gateway;
    private readonly SnapshotTransfer _transfer;
    private IStateMachine _inUse;
    private ReplicaDriver? _driver;

    /// <summary>A replica that has not started.</summary>
    /// <param name="settings">What it works with.</param>
    /// <param name="machine">Makes the machine: an empty one; again when a damaged snapshot spoiled the first.</param>
    /// <param name="gateway">Where its clients are.</param>
    /// <param name="store">Where snapshots are, and go.</param>
    /// <param name="snapshotWorker">Writes this machine's snapshots.</param>
    /// <param name="transferWorker">Reads and writes those that travel.</param>
    public GroupReplica(
        GroupSettings settings,
        Func<IStateMachine> machine,
        Gateway gateway,
        ISnapshotStore store,
        IWorker snapshotWorker,
        IWorker transferWorker)
    {
        var context = settings.Context;
        _settings = settings;
        _gateway = gateway;
        _machine = machine;
        _inUse = machine();
        var executor = NewExecutor(_inUse);
        context.IsOptimistic = executor.IsOptimistic;
        Execution = new(executor, store, snapshotWorker, settings.Execution, settings.Observer, settings.Clock);
        _transfer = new(
            context.Group, context.Configuration.Epoch, store, settings.Transport, transferWorker, settings.Transfer);
    }

    /// <summary>The executor: its owner runs it.</summary>
    public ApplyLoop Execution { get; }

    /// <summary>What takes its inputs; null before the start.</summary>
    public IReplica? Replica => _driver;

    /// <summary>Whether the machine has an outbox, which its host may deliver (R27).</summary>
    public bool HasOutbox => _inUse is IOutboxStateMachine;

    /// <summary>What people want to know; null before the start.</summary>
    public ReplicaStatus? Status => _driver?.Status;

    /// <summary>Restores the machine, recovers the core from the log, and joins the group to the node's pump.</summary>
    /// <exception cref="InvalidDataException">The snapshot is intact, but not for this replica.</exception>
    public async Task StartAsync(NodePump pump, CancellationToken cancellationToken)
    {
        var records = _settings.Log.TakeRecovered(_settings.Context.Group);
        var restored = await Execution.RecoverAsync(NextExecutor, LogExtent.Of(records), cancellationToken)
            .ConfigureAwait(false);
        var core = NewCore(in restored);
        ReplicaPorts ports = new()
        {
            Log = _settings.Log,
            Transport = _settings.Transport,
            Execution = Execution,
            Snapshots = this,
            Events = _settings.Events,
            Clock = _settings.Clock,
            OnReadBound = _gateway.OnReadBound,
            OnRefused = _gateway.OnRefused,
            DeviceFailure = _settings.DeviceFailure,
            IsBusy = () => !(_gateway.IsIdle && _transfer.IsIdle),
            OnHalted = _settings.OnHalted,
            OnEpochs = epochs => OnEpochs(core, epochs),
            AppliesAfterWrite = _inUse is IStoredStateMachine,
        };
        ReplicaDriver driver = new(core, ports, pump.Wake);
        Execution.Attach(driver);
        _transfer.Attach(driver, Execution, _settings.Observer);
        driver.Recover(records);
        if (restored.Slot > Slot.Zero)
        {
            driver.Post(new Executed(restored.Slot, restored.Time, restored.NextDeadline));
        }

        if (_settings.StartsAtRest)
        {
            driver.RestAtFirst();
        }

        _gateway.Attach(driver, Execution);
        _driver = driver;
        pump.Add(driver);
    }

    /// <summary>See <see cref="ReplicaDriver.ReconfigureAsync"/>.</summary>
    public Task<ReconfigurationResult> ReconfigureAsync(
        Epoch expected, Configuration next, bool force, CancellationToken cancellationToken) =>
        _driver is { } driver
            ? driver.ReconfigureAsync(expected, next, force, cancellationToken)
            : Task.FromResult(ReconfigurationResult.NotLeading("this node is starting"));

    /// <summary>See <see cref="ReplicaDriver.TransferLeadershipAsync"/>.</summary>
    public Task<TransferAnswer> TransferLeadershipAsync(NodeId to, CancellationToken cancellationToken) =>
        _driver is { } driver
            ? driver.TransferLeadershipAsync(to, cancellationToken)
            : Task.FromResult(TransferAnswer.NotLeading("this node is starting"));

    /// <summary>Drains this node, or takes it back: see <see cref="ReplicaContext.Drained"/>. Its clients are sent on
    /// to other learners; those of its own process are served on. Lasts as long as this process. Only after the
    /// start.</summary>
    public void Drain(bool drained)
    {
        _driver!.Post(new DrainRequested(drained)); // the start made it
        _gateway.SendOn(drained);
    }

    /// <summary>See <see cref="ApplyLoop.SnapshotAsync"/>.</summary>
    public Task<Slot> SnapshotAsync() => Execution.SnapshotAsync();

    /// <summary>Gives up the transfers under way.</summary>
    public void Stop() => _transfer.Stop();

    /// <summary>Lets go of the machine's own store, where it has one; after the last round.</summary>
    public void CloseStore()
    {
        if (_inUse is IStoredStateMachine and IDisposable store)
        {
            store.Dispose();
        }
    }

    void ISnapshotTransfer.Start(SnapshotSource source) => _transfer.Start(source);

    void ISnapshotTransfer.OnMessage(NodeId from, Message message) => _transfer.OnMessage(from, message);

    // The driver's tick is the loop's, and what else the group does on the loop goes with it.
    void ISnapshotTransfer.OnTick(Instant now)
    {
        _transfer.OnTick(now);
        _gateway.OnTick(now);
    }

    private Succession NewCore(in RecoveredState restored) => new(
        _settings.Context,
        restored.Slot,
        NodeLoop.Now(_settings.Clock),
        Later(_settings.Start, restored.Epoch),
        _settings.Storage,
        restored.Saved);

    private void OnEpochs(Succession core, GroupEpochs epochs)
    {
        var context = core.Context;
        Member[] learners =
        [
            .. context.Configuration.Members.Where(member => (member.Roles & MemberRoles.Learner) != 0),
        ];
        var answers = core.IsMember && context.Has(MemberRoles.Learner);
        _gateway.TurnAway(
            answers ? null : WhyNoAnswers(context, learners), [.. learners.Select(member => member.Address)]);
        _settings.OnEpochs(epochs);
    }

    // R12: a restored group never plays a role in an epoch before its first, whatever became of the snapshot.
    private static EpochStart Later(EpochStart? first, EpochStart restored) =>
        first is not null && first.Epoch > restored.Epoch ? first : restored;

    private static string WhyNoAnswers(ReplicaContext context, IEnumerable<Member> learners)
    {
        var members = context.Configuration;
        var others = string.Join(", ", learners.Select(member => $"{member.Name} ({member.Address})"));
        var who = members.Find(context.Self) is { } self
            ? $"{self.Name} is no learner"
            : $"this node is no member of {members.Epoch}";
        return $"{who}, and answers no clients; ask one of {others}";
    }

    // R24: what a damaged snapshot left half restored is not used any more.
    private Executor NextExecutor()
    {
        CloseStore();
        var machine = _machine();
        if (ReferenceEquals(machine, _inUse))
        {
            throw new InvalidDataException(
                $"a snapshot of {_settings.Context.Group} is damaged, and there is no other machine to start empty "
                + "with: each call of the machine's factory must give a new one; the next start will do without the "
                + "snapshot");
        }

        _inUse = machine;
        return NewExecutor(machine);
    }

    private Executor NewExecutor(IStateMachine machine)
    {
        var context = _settings.Context;
        return new(context.Group, context.Configuration, machine, _gateway)
        {
            Origin = _settings.Origin,
            StoreOwner = _settings.StoreOwner,
        };
    }
}
