using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>What a group's events told so far, epoch by epoch.</summary>
/// <remarks>Ballots, votes and what they chose are of one epoch; slots run on: those above an epoch's base, through the
/// next one's, are its own. What is above that is void there (R11).</remarks>
internal sealed class GroupHistory
{
    private readonly List<TraceHistory> _epochs = [];
    private readonly SortedDictionary<NodeId, NodeHistory> _nodes = [];
    private readonly HashSet<NodeId> _doubled = [];

    public GroupHistory(Configuration first) => Begin(EpochStart.Genesis(first));

    /// <summary>What remains of a group's history where a quorum is lost, and others go on from some epoch's end
    /// (R33).</summary>
    public GroupHistory Fork(EpochStart last, Slot end)
    {
        GroupHistory fork = new(First.Configuration) { SomebodyLied = SomebodyLied };
        foreach (var epoch in _epochs.Where(epoch => epoch.Epoch < last.Epoch).Skip(1))
        {
            fork.Begin(epoch.Start);
        }

        fork.Begin(last);
        for (var index = 0; index < fork._epochs.Count; index++)
        {
            fork._epochs[index].End(index + 1 < fork._epochs.Count ? fork._epochs[index + 1].Start.Base : end);
        }

        // Whose machine learned before goes on with it, and with what the act wrote into its log.
        foreach (var (member, history) in fork._nodes)
        {
            history.HasLearned = Find(member) is { HasLearned: true };
        }

        return fork;
    }

    /// <summary>The first epoch.</summary>
    public TraceHistory First => _epochs[0];

    /// <summary>The newest epoch that somebody began.</summary>
    public TraceHistory Newest => _epochs[^1];

    /// <summary>Whether some machine told a wrong digest.</summary>
    public bool SomebodyLied { get; private set; }

    /// <summary>The nodes that were members of some epoch.</summary>
    public IReadOnlyDictionary<NodeId, NodeHistory> Nodes => _nodes;

    /// <summary>The node of that number; null for one that never was a member.</summary>
    public NodeHistory? Find(NodeId node) => _nodes.GetValueOrDefault(node);

    /// <summary>An epoch; null for one that nobody began.</summary>
    public TraceHistory? Find(Epoch epoch)
    {
        var index = (long)epoch.Number - First.Epoch.Number;
        return index >= 0 && index < _epochs.Count ? _epochs[(int)index] : null;
    }

    /// <summary>The epoch that a slot belongs to, as far as epochs have begun.</summary>
    public TraceHistory OfSlot(Slot slot)
    {
        var index = _epochs.Count - 1;
        while (index > 0 && slot <= _epochs[index].Start.Base)
        {
            index--;
        }

        return _epochs[index];
    }

    /// <summary>Where an event is judged.</summary>
    /// <remarks>Values, states and frontiers are the group's: their slot says of which epoch they are. Everything else
    /// is said in the epoch that its teller is in.</remarks>
    public TraceHistory Of(in TraceEvent traced) => traced.Happened switch
    {
        Applied applied => OfSlot(applied.Slot),
        FrontierMoved moved => OfSlot(moved.Through),
        StateSaved saved => OfSlot(saved.Slot),
        StateRestored restored => OfSlot(restored.Slot),
        _ => Find(traced.Origin.Epoch) ?? Newest,
    };

    /// <summary>Somebody begins an epoch.</summary>
    public void Begin(EpochStart start)
    {
        if (_epochs.Count > 0 && Find(start.Epoch) is not null)
        {
            return;
        }

        foreach (var member in start.Configuration.All)
        {
            _nodes.TryAdd(member, new());
        }

        _epochs.Add(new(this, start));
    }

    /// <summary>Whether two processes ran under the member's name.</summary>
    public bool IsDoubled(NodeId member) => _doubled.Contains(member);

    /// <summary>Two processes run under the member's name.</summary>
    public void OnDoubled(NodeId member) => _doubled.Add(member);

    /// <summary>Some machine tells a wrong digest.</summary>
    public void OnLied() => SomebodyLied = true;

    /// <summary>What every log has let go no log can bring back.</summary>
    public void Forget()
    {
        // The floor itself stays: a snapshot may end there.
        var floor = _nodes.Values.Min(node => node.TrimmedTo).Previous;
        foreach (var epoch in _epochs)
        {
            if (floor > epoch.Slots.Floor)
            {
                epoch.Slots.Forget(floor);
            }
        }
    }
}
