using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Genesis;
using PaxosSM.Storage;
using PaxosSM.Storage.Simulated;

namespace PaxosSM.Testing.Simulation;

/// <summary>One life of a node: the production parts, composed as a host composes them, with actors for
/// threads.</summary>
internal sealed class SimulatedProcess
{
    private readonly SimulatedCluster _cluster;
    private readonly Actor _loop;
    private readonly List<Actor> _onDisk = [];
    private readonly List<SimulatedClientLink> _links = [];
    private readonly ulong _seed;
    private SimulatedGenesis? _genesis;
    private Joining? _joining;
    private bool _isStalled;
    private NodePump? _pump;
    private SimulatedDevices? _devices;
    private SimulatedGroups? _groups;
    private int _effectsLeft = int.MaxValue;

    public SimulatedProcess(SimulatedCluster cluster, SimulatedNode node, ulong seed)
    {
        _cluster = cluster;
        _seed = seed;
        Node = node;
        World = cluster.World;
        Processor = new(node);
        _loop = NewActor(RunLoop);
        Replica = new(cluster, this, GroupId.Default);
        StartedAt = World.Now;
        Outboxes = cluster.EffectsOf is not null && cluster.Plan.Outbox.Destinations > 0
            ? SimulatedOutboxes.Of(cluster, this)
            : null;
    }

    public World World { get; }

    public SimulatedNode Node { get; }

    /// <summary>What it computes with; what waits there is gone when it dies.</summary>
    public SimulatedProcessor Processor { get; }

    public bool IsAlive { get; private set; } = true;

    /// <summary>When it started, in true time.</summary>
    public long StartedAt { get; }

    /// <summary>The first group; it has not started before genesis has ended.</summary>
    public SimulatedReplica Replica { get; }

    /// <summary>The groups beside it, once they may start; null where the plan has none.</summary>
    public SimulatedGroups? Groups => _groups;

    /// <summary>Delivers what its groups do outside the cluster; null where they do nothing there.</summary>
    public SimulatedOutboxes? Outboxes { get; }

    /// <summary>Who is who; null before the start.</summary>
    public NodeMembers? Members => _devices?.Members;

    /// <summary>The first group's; null before genesis has ended.</summary>
    public ReplicaStatus? Status => Replica.Status;

    /// <summary>Whether the disk has failed it: then a halt is right (R1).</summary>
    public bool DeviceFailed => _devices is { Failed: true };

    /// <summary>Why the replica halted; null while it works.</summary>
    public string? Halted { get; private set; }

    /// <summary>Whether its machine tells a wrong digest.</summary>
    public bool Lies { get; set; }

    /// <summary>Opens the disk and begins genesis, or goes on from it.</summary>
    /// <exception cref="DataDirectoryException">The folder is another's, or damaged.</exception>
    /// <exception cref="LogDamagedException">The log is.</exception>
    public void Start()
    {
        _devices = SimulatedDevices.Open(_cluster, this, _seed);
        Node.Storage = _devices.Members.Self.Storage;
        if (Node.Joins)
        {
            _joining = _devices.Join();
        }
        else
        {
            _genesis = new(this, _devices, new(this, _cluster));
        }

        RunLoop();
    }

    /// <summary>A thread that computes.</summary>
    public Actor NewActor(Action step) => new(this, ShortDelay, step);

    /// <summary>A thread that is busy with the disk: a step begins once it took its time there.</summary>
    public Actor NewDiskActor(Action step)
    {
        Actor actor = new(this, Node.FlushTime, step);
        _onDisk.Add(actor);
        return actor;
    }

    /// <summary>The disk is no longer slow: what is under way there ends within so many microseconds.</summary>
    public void HastenDisk(long within)
    {
        foreach (var actor in _onDisk)
        {
            actor.Hasten(within);
        }
    }

    /// <summary>Whether an effect takes place: a process that is to die here does nothing any more.</summary>
    public bool CountEffect()
    {
        if (_effectsLeft == int.MaxValue)
        {
            return IsAlive;
        }

        return IsAlive && --_effectsLeft >= 0;
    }

    public void DieAfter(int effects)
    {
        _effectsLeft = effects;
        Node.Disk.CallsUntilCrash = effects;
    }

    /// <summary>Runs some of the process' code, as one of its threads.</summary>
    public void Guard(Action step)
    {
        try
        {
            step();
        }
        catch (SimulatedCrashException)
        {
            Die();
        }
#pragma warning disable CA1031 // whatever it is, production code threw it on a thread of its own: a bug
        catch (Exception bug)
#pragma warning restore CA1031
        {
            World.Break("no thread ends by an exception", $"{Node.Name}: {bug}");
        }

        if (IsAlive && (_effectsLeft < 0 || Node.Disk.IsCrashed))
        {
            Die();
        }
    }

    /// <summary>Somebody drains the node, or takes it back; one that does not serve yet is left alone.</summary>
    public void Drain(bool drained)
    {
        if (IsAlive && _pump is not null)
        {
            Replica.Drain(drained);
        }
    }

    /// <summary>A group's replica here; null for one that does not run here.</summary>
    public SimulatedReplica? Find(GroupId group) => group == GroupId.Default ? Replica : _groups?.Find(group);

    public void Die()
    {
        if (IsAlive)
        {
            IsAlive = false;
            Processor.Stop();
            _genesis?.Stop();
            foreach (var link in _links)
            {
                link.OnProcessEnded();
            }

            Node.OnDied();
        }
    }

    /// <summary>A message arrived; the next one is read when the task completes.</summary>
    public Task Receive(NodeId from, GroupId group, Epoch epoch, Message message) =>
        _genesis?.On(from, message) == true || _pump is null
            ? Task.CompletedTask
            : _pump.OnMessageAsync(from, group, epoch, message).AsTask();

    /// <summary>A replica halted for good.</summary>
    public void OnHalted(GroupId group, string why)
    {
        Halted = why;
        Find(group)?.Gateway.OnHalted(why);
        _cluster.OnHalted(this, why);
    }

    public void Add(SimulatedClientLink link) => _links.Add(link);

    private long ShortDelay() => World.Random.Below(30) * Node.Factor;

    private void RunLoop()
    {
        if (_isStalled)
        {
            return; // whoever woke it is served once it moves again
        }

        var now = Node.Clock.Now;
        var wall = NodeLoop.Wall(Node.Clock);
        if (Node.LoopStallsUntil is var until && until > World.Now)
        {
            Node.LoopStallsUntil = 0;
            Stall(until, now, wall);
            return;
        }

        RunLoopAt(now, wall);
    }

    // Between looking at the clock and acting a thread may stand still for as long as it pleases the system.
    private void Stall(long until, Instant now, LogTime wall)
    {
        _isStalled = true;
        World.At(until, () => Guard(() =>
        {
            _isStalled = false;
            RunLoopAt(now, wall);
            _loop.Wake();
        }));
    }

    private void RunLoopAt(Instant now, LogTime wall)
    {
        if (!IsAlive)
        {
            return;
        }

        if ((_joining ?? _genesis?.Step(now)) is { } outcome && _pump is null)
        {
            TryServe(outcome);
        }

        var next = _pump?.Run(now, wall) ?? now + SimulatedGenesis.TickInterval;
        if (next <= now)
        {
            _loop.Wake();
        }
        else
        {
            _loop.WakeAt(Node.Clock.TrueTimeOf(next));
        }
    }

    private void TryServe(GenesisOutcome outcome)
    {
        try
        {
            Serve(outcome);
        }
        catch (IOException)
        {
            // As a host does: a node that can't write its folder fails, and says so.
            Node.OnFailed();
        }
        catch (InvalidDataException) when (Node.OnStoreRefused())
        {
            Node.OnFailed();
        }
        catch (Exception damaged) when (
            damaged is InvariantViolationException or InvalidDataException && _cluster.Torn.Contains(Node.Place))
        {
            // R24: how an epoch began can't be read back. R27: the log has lost what the machine's own store holds.
            _cluster.OnRefusedToStart(Node, damaged.Message);
            Die();
        }
    }

    private void Serve(GenesisOutcome outcome)
    {
        var devices = _devices!; // the start opened them
        var roles = devices.Adopt(outcome);
        if (roles is not { } own)
        {
            Die();
            return;
        }

        var founders = devices.Members.Configuration;
        SimulatedTransport transport = new(this, _cluster);
        var pump = devices.NewPump(transport);
        pump.Woken += _loop.Wake;
        SimulatedSettings settings = new(_cluster, this, devices, transport, pump);
        Replica.Start(
            settings.NewFirstGroup(own, Replica),
            pump,
            devices.NewSnapshots(),
            () => _cluster.NewMachine(this, GroupId.Default));
        _pump = pump;
        _cluster.OnServes(Node);
        if (_cluster.Catalog is not null)
        {
            _groups = new(_cluster, this, devices, settings);
            _groups.Start(founders, pump);
        }
    }
}
