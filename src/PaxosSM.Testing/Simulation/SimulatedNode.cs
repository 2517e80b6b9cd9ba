using PaxosSM.Storage;
using PaxosSM.Storage.Simulated;

namespace PaxosSM.Testing.Simulation;

/// <summary>One machine: its disk and clocks outlive the processes on it.</summary>
internal sealed class SimulatedNode
{
    // A process that has nothing to do may never reach the effect at which it is to die.
    private const long ArmedMicrosMax = 50_000;
    private static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(500);
    private const int SectorsKeptMax = 24;
    private readonly SimulatedCluster _cluster;
    private Action? _beforeStart;
    private int _holds;
    private SimulatedStore? _storeBefore;
    private TimeSpan _down;
    private bool _powerCut;
    private int _restarts;

    public SimulatedNode(SimulatedCluster cluster, int place, MemberRoles roles)
    {
        _cluster = cluster;
        Place = place;
        DiskOwner = place;
        Id = new((ushort)place);
        Roles = roles;
        var random = cluster.World.Random;
        var (drift, skew) = (cluster.Plan.ClockDriftMax, World.Micros(cluster.Plan.ClockSkewMax));
        Clock = new(
            cluster.World,
            (int)random.Below((2L * drift) + 1) - drift,
            1_000_000 + random.Below(1_000_000_000),
            TimeSpan.FromMicroseconds(random.Below(skew + 1)));
        Outgoing = new(cluster.Plan.Network.LinkBytesPerSecond);
        Incoming = new(cluster.Plan.Network.LinkBytesPerSecond);
    }

    public int Place { get; }

    public NodeId Id { get; }

    public string Name => $"n{Place}";

    public MemberRoles Roles { get; }

    public SimulatedClock Clock { get; }

    public SimulatedLink Outgoing { get; }

    public SimulatedLink Incoming { get; }

    /// <summary>The storage that its last process had.</summary>
    public StorageId Storage { get; set; }

    public InMemoryFileLayer Disk { get; private set; } = new();

    /// <summary>The machine's own store, where it has one: on the same disk.</summary>
    public SimulatedStore Store { get; private set; } = new();

    /// <summary>Whether its machine can't restore a snapshot: after an older store was put back, until the process
    /// serves.</summary>
    public bool RefusesSnapshots { get; private set; }

    /// <summary>The process that runs; null while there is none.</summary>
    public SimulatedProcess? Process { get; private set; }

    /// <summary>Until then, in true time, no thread of the process runs.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Until then, in true time, the next round of the loop stands still after it looked at the
    /// clock.</summary>
    public long LoopStallsUntil { get; set; }

    /// <summary>Until when, in true time, the disk is slow.</summary>
    public long DiskSlowUntil { get; set; }

    /// <summary>Until when, in true time, the whole machine is slow.</summary>
    public long SlowUntil { get; set; }

    /// <summary>Until when, in true time, the disk is full.</summary>
    public long FullUntil { get; set; }

    /// <summary>How many times as long as usual the disk takes.</summary>
    public int DiskFactor { get; set; } = 1;

    /// <summary>How many times as slow as usual the whole machine is.</summary>
    public int Factor { get; set; } = 1;

    /// <summary>Why this machine's acceptor is dead for good (R13, R24); null while it is not.</summary>
    public string? Dead { get; set; }

    /// <summary>Whether a fault has concerned this node alone.</summary>
    public bool Troubled { get; set; }

    /// <summary>The highest number of a life that a copy of the member had.</summary>
    public uint LifeOfCopies { get; set; }

    /// <summary>Whose disk this is a copy of: the member's own place, unless it was cloned.</summary>
    public int DiskOwner { get; set; }

    /// <summary>Whether genesis has ended here, in some life.</summary>
    public bool Founded { get; set; }

    /// <summary>Whether no process can start on this disk any more.</summary>
    public bool Lost { get; set; }

    /// <summary>Whether its folder is held still (R33): no process starts on it.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Whether it was taken for lost when others went on in a fork of their own (R33): what it does there is
    /// nobody's concern.</summary>
    public bool IsExile { get; set; }

    /// <summary>Whether it is no founder on this disk, and joins whom it meets.</summary>
    public bool Joins { get; private set; }

    /// <summary>Whether it runs a copy of a member, under the member's name (R13).</summary>
    public bool IsCopy { get; init; }

    public World World => _cluster.World;

    public long FlushTime()
    {
        var plan = _cluster.Plan.Disk;
        return (plan.FlushMin + World.Random.Below(plan.FlushSpread + 1)) * DiskFactor * Factor;
    }

    /// <summary>Has a thread of the process do something, when its processor has time.</summary>
    public void Work(Queue<Action> thread, Action work)
    {
        if (Process is { IsAlive: true } process)
        {
            process.Processor.Work(thread, work);
        }
        else
        {
            work();
        }
    }

    /// <summary>Has the process die after some more effects, and come back.</summary>
    public void Crash(int effects, bool powerCut, TimeSpan down, Action? beforeStart = null)
    {
        if (Process is not { IsAlive: true } process)
        {
            return;
        }

        _powerCut = powerCut;
        _down = down;
        _beforeStart = beforeStart;
        process.DieAfter(effects);
        World.After(ArmedMicrosMax, () =>
        {
            if (Process == process && process.IsAlive)
            {
                process.Die();
            }
        });
    }

    /// <summary>The process ends now, and none starts before it is let go.</summary>
    public void Hold(bool powerCut)
    {
        IsHeld = true;
        _holds++;
        (_powerCut, _down, _beforeStart) = (powerCut, TimeSpan.FromMilliseconds(1), null);
        Process?.Die();
    }

    /// <summary>Processes may start again.</summary>
    public void Release() => IsHeld = false;

    /// <summary>It comes back as a new member, on an empty disk.</summary>
    public void Join()
    {
        Joins = true;
        IsExile = false;
        Replace(new(), new());
        Release();
    }

    /// <summary>Starts a process, unless one runs.</summary>
    public void Start()
    {
        if (Process is { IsAlive: true } || Lost || IsHeld)
        {
            return;
        }

        _restarts++;
        SimulatedProcess process = new(_cluster, this, (World.Random.Next() << 8) + (ulong)(uint)_restarts);
        try
        {
            Process = process;
            process.Start();
        }
        catch (IOException refused) when (IsDamage(refused))
        {
            // R13, R24: what was lost can't be told from what never was: this identity is dead, and says so.
            _cluster.OnRefusedToStart(this, refused.Message);
            process.Die();
            return;
        }
        catch (Exception failed) when (failed is SimulatedCrashException or IOException)
        {
            OnFailed();
            return;
        }

        if (!IsCopy)
        {
            _cluster.OnStarted(this);
        }
    }

    // A device that fails just now is not damaged: the next start may find it well.
    private static bool IsDamage(IOException refused) =>
        refused is LogDamagedException or DataDirectoryException { InnerException: not IOException };

    /// <summary>The process is of no use, for want of space most likely: whoever looks after it starts it
    /// again.</summary>
    public void OnFailed()
    {
        _down = RestartPause;
        Process?.Die();
    }

    /// <summary>The process has ended: what its disk keeps is decided, and its successor planned.</summary>
    public void OnDied()
    {
        CrashDisk(_powerCut);
        if (IsCopy)
        {
            return;
        }

        _cluster.OnDied(this, _powerCut);
        if (Lost)
        {
            return;
        }

        var (before, holds) = (_beforeStart, _holds);
        _beforeStart = null;
        World.After(World.Micros(_down), () =>
        {
            // What was to be done to a disk before it was held still is not done to it any more.
            if (holds == _holds)
            {
                before?.Invoke();
                Start();
            }
        });
    }

    /// <summary>Whoever used the disk is dead: what it keeps is decided.</summary>
    public void CrashDisk(bool powerCut)
    {
        var random = World.Random;
        var keep = random.Next();
        var sectors = (int)random.Below(SectorsKeptMax);
        var anyOrder = _cluster.Torn.Contains(Place);
        Disk.Crash(
            powerCut,
            index => anyOrder ? ((keep >> (index % 64)) & 1) == 0 : index < sectors,
            (int)random.Below(8));
    }

    public void Replace(InMemoryFileLayer disk, SimulatedStore store)
    {
        (Disk, Store) = (disk, store);
        OnServes();
    }

    /// <summary>An older copy takes the place of the machine's own store.</summary>
    public void PutBack(SimulatedStore copy, bool refuses)
    {
        _cluster.Log.Count("stores put back");
        _storeBefore = Store;
        Store = copy;
        RefusesSnapshots = refuses;
    }

    /// <summary>Its process serves: the store that it found is the one that counts.</summary>
    public void OnServes()
    {
        RefusesSnapshots = false;
        _storeBefore = null;
    }

    /// <summary>Its process refused the store: whoever looks after it puts the one back that was there.</summary>
    public bool OnStoreRefused()
    {
        if (!RefusesSnapshots || _storeBefore is not { } before)
        {
            return false;
        }

        _cluster.Log.Count("stores refused");
        Store = before;
        OnServes();
        return true;
    }

    /// <summary>Nothing goes wrong here from now on.</summary>
    public void Heal()
    {
        DiskFactor = 1;
        Factor = 1;
        LoopStallsUntil = 0;
        Disk.CapacityBytes = long.MaxValue;
        Disk.FlushesUntilFailure = null;
        Disk.CallsUntilCrash = null;

        // A slow disk of a slow machine may have begun what takes it longer than all that is waited for now (I13).
        var plan = _cluster.Plan.Disk;
        Process?.HastenDisk(plan.FlushMin + plan.FlushSpread);
    }
}
