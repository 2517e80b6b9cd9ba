using PaxosSM.Quorums;
using PaxosSM.Storage;

namespace PaxosSM.Testing.Simulation;

/// <summary>All that decides a run: the same plan gives the same run, event by event, on any machine.</summary>
public sealed record SimulationPlan
{
    /// <summary>Where all chance of the run comes from: delays, losses, the clients' choices.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Who plays which roles.</summary>
    public required IReadOnlyList<MemberRoles> Members { get; init; }

    /// <summary>The first epoch's quorum rule.</summary>
    public QuorumRule Quorums { get; init; }

    /// <summary>The region that each member is in, from 0; empty when all are in one.</summary>
    public IReadOnlyList<int> Regions { get; init; } = [];

    /// <summary>How long a message takes from region to region, one way, beside what it takes within one: from 0 to 1,
    /// to 2 and so on, then from 1 to 2 and so on. The way back takes as long.</summary>
    public IReadOnlyList<TimeSpan> Distances { get; init; } = [];

    /// <summary>The core's settings.</summary>
    public ProtocolOptions Protocol { get; init; } = new();

    /// <summary>The logs' settings.</summary>
    public LogOptions Log { get; init; } = new() { SegmentBytes = 64 * 1024, FirstSegmentBytes = 64 * 1024 };

    /// <summary>A snapshot is due after so many slots.</summary>
    public int SnapshotSlots { get; init; } = 200;

    /// <summary>Whether machines that can take back are given commands ahead of choice (R18).</summary>
    public bool Optimistic { get; init; }

    /// <summary>Whether each machine keeps its state in a durable store of its own (R27).</summary>
    public bool OwnStores { get; init; }

    /// <summary>How long clients send and things break. A liveness phase follows, in which nothing breaks and
    /// everything must finish (I13).</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The network between members, and between them and clients.</summary>
    public NetworkPlan Network { get; init; } = new();

    /// <summary>The disks.</summary>
    public DiskPlan Disk { get; init; } = new();

    /// <summary>The clients.</summary>
    public ClientPlan Clients { get; init; } = new();

    /// <summary>What commands do outside the cluster.</summary>
    public OutboxPlan Outbox { get; init; } = new();

    /// <summary>How far a node's monotonic clock may drift from true time, in parts of a million, either way.</summary>
    public int ClockDriftMax { get; init; }

    /// <summary>How far the nodes' wall clocks are apart at the start, at most.</summary>
    public TimeSpan ClockSkewMax { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>What goes wrong, in the order of time.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>The moment when a quorum is taken for lost (R33); null where it never is.</summary>
    internal Force? Force => Faults.OfType<Force>().FirstOrDefault();

    /// <summary>Whether nodes host groups beside the first one: where somebody wants some.</summary>
    public bool HostsGroups => Faults.Any(fault => fault is CreateGroup);
}

/// <summary>How messages travel.</summary>
public sealed record NetworkPlan
{
    /// <summary>The shortest way, in microseconds.</summary>
    public int DelayMin { get; init; } = 50;

    /// <summary>What chance adds at most, in microseconds.</summary>
    public int DelaySpread { get; init; } = 200;

    /// <summary>What chance adds at most to a distance between regions, in thousandths of it.</summary>
    public int DistanceSpreadPermille { get; init; } = 20;

    /// <summary>How fast each node's link is, in bytes a second, out and in alike; 0 for links that take no time.
    /// Frames wait for those before them; a client's own link takes no time.</summary>
    public long LinkBytesPerSecond { get; init; }

    /// <summary>How many messages of a thousand are lost.</summary>
    public int LossPermille { get; init; }

    /// <summary>How many of a thousand arrive twice.</summary>
    public int DuplicatePermille { get; init; }

    /// <summary>How many of a thousand wander for up to <see cref="LateMax"/>.</summary>
    public int LatePermille { get; init; }

    /// <summary>How long a late one wanders at most.</summary>
    public TimeSpan LateMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether those that are neither lost nor late keep their order.</summary>
    public bool KeepsOrder { get; init; } = true;

    /// <summary>Whether every message goes through the wire format.</summary>
    public bool Encodes { get; init; }
}

/// <summary>How long disks take.</summary>
public sealed record DiskPlan
{
    /// <summary>The shortest write with its flush, in microseconds.</summary>
    public int FlushMin { get; init; } = 100;

    /// <summary>What chance adds at most, in microseconds.</summary>
    public int FlushSpread { get; init; } = 400;
}

/// <summary>What clients do.</summary>
public sealed record ClientPlan
{
    /// <summary>How many.</summary>
    public int Count { get; init; } = 4;

    /// <summary>How many operations all of them start in a second of simulated time.</summary>
    public int RatePerSecond { get; init; } = 100;

    /// <summary>How many times as many of them one client starts as each of the others: 1 when all are alike.</summary>
    public int BusyFactor { get; init; } = 1;

    /// <summary>After so long the next client is the busy one; 0 when the first one stays it.</summary>
    public TimeSpan BusyFor { get; init; }

    /// <summary>How many keys they share.</summary>
    public int Keys { get; init; } = 8;

    /// <summary>How many of a hundred operations are queries.</summary>
    public int QueryPercent { get; init; } = 20;

    /// <summary>How many of the clients send through ordered sessions, pipelined; the others without order.</summary>
    public int Streams { get; init; } = 2;

    /// <summary>After so many commands a client closes its ordered session and opens another; 0 for never.</summary>
    public int StreamCommandsMax { get; init; }

    /// <summary>How many commands a client has under way at most.</summary>
    public int Window { get; init; } = 16;

    /// <summary>The longest value, in bytes.</summary>
    public int ValueBytesMax { get; init; } = 32;

    /// <summary>How long, by the log's time, a session outlives its last sign of life.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a client waits for an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
