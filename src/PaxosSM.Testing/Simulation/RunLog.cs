using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Simulation;

/// <summary>What happened in a run: a digest of everything, counts by name, and the last events in words.</summary>
internal sealed class RunLog
{
    private const int TailMax = 400;
    private const ulong Prime = 0x9E3779B97F4A7C15;
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Queue<string> _tail = new();
    private readonly World _world;
    private readonly Action<string>? _trace;

    public RunLog(World world, Action<string>? trace)
    {
        _world = world;
        _trace = trace;
    }

    public ulong Hash { get; private set; } = Prime;

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public IReadOnlyList<string> Tail => [.. _tail];

    /// <summary>Whether somebody reads the words.</summary>
    public bool IsTraced => _trace is not null;

    public void Count(string what, long by = 1) => _counts[what] = _counts.GetValueOrDefault(what) + by;

    /// <summary>Takes numbers into the digest.</summary>
    public void Mix(ulong what, ulong detail)
    {
        Mix((ulong)_world.Now);
        Mix(what);
        Mix(detail);
    }

    /// <summary>Tells people; never builds words that nobody reads.</summary>
    public void Tell(string who, string what)
    {
        var line = $"{_world.Now / 1e3,12:0.000}ms {who,-6} {what}";
        _tail.Enqueue(line);
        if (_tail.Count > TailMax)
        {
            _tail.Dequeue();
        }

        _trace?.Invoke(line);
    }

    /// <summary>Takes an event of the protocol.</summary>
    public void On(in TraceEvent traced)
    {
        Mix(traced.Origin.Node.Value, DigestOf(traced.Happened));
        if (traced.Happened is Proposed)
        {
            Count("slots");
        }
        else if (traced.Happened is TakenOver taken)
        {
            Count("elections");
            CountDeal(taken.View);
        }
        else if (traced.Happened is EpochBegan)
        {
            Count("epochs begun");
        }

        if (IsTraced)
        {
            Tell(traced.Origin.ToString(), traced.Happened.ToString());
        }
    }

    private void CountDeal(View view)
    {
        var lanes = view.Owners.CountBy(owner => owner).Select(each => each.Value).ToList();
        Count("deals to several owners", lanes.Count > 1 ? 1 : 0);
        Count("deals of several lanes to one owner", lanes.Exists(count => count > 1) ? 1 : 0);
    }

    private static ulong DigestOf(ProtocolEvent happened) => happened switch
    {
        PromiseMade made => 1 + DigestOf(made.Ballot),
        SyncVoted voted => 2 + DigestOf(voted.Ballot) + ((ulong)voted.Base.Index * Prime),
        SlotVoted voted => 3 + DigestOf(voted.Ballot) + ((ulong)voted.Slot.Index * Prime) + voted.Checksum
            + (ulong)(voted.Last.Index - voted.Slot.Index),
        Proposed proposed => 4 + DigestOf(proposed.Ballot) + ((ulong)proposed.Slot.Index * Prime) + proposed.Checksum
            + (ulong)(proposed.Last.Index - proposed.Slot.Index),
        Counted counted => 5 + DigestOf(counted.Mark.Ballot) + ((ulong)counted.Mark.Through.Index * Prime),
        FrontierMoved moved => 6 + ((ulong)moved.Through.Index * Prime),
        LeaderChanged changed => 7 + DigestOf(changed.Ballot),
        Applied applied => applied.Chain,
        TakenOver taken => 8 + DigestOf(taken.Ballot) + ((ulong)taken.Base.Index * Prime),
        _ => 9,
    };

    private static ulong DigestOf(Ballot ballot) =>
        (((ulong)ballot.Round << 32) ^ ((ulong)ballot.Proposer.Value << 24) ^ ballot.Incarnation) * Prime;

    private void Mix(ulong word)
    {
        Hash = (Hash ^ word) * Prime;
        Hash ^= Hash >> 32;
    }
}
