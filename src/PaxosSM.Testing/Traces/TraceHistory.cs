using System.Numerics;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>What a cluster's events told so far: the only thing that rules look at.</summary>
/// <remarks>It believes every event; whether it may be believed is for the rules to say, before.</remarks>
internal sealed class TraceHistory
{
    private readonly NodeHistory?[] _nodes;
    private readonly SortedDictionary<Ballot, ReignHistory> _reigns = [];
    private readonly List<ReignHistory> _newestLast = [];
    private readonly List<ChosenMark> _newlyChosen = [];
    private readonly HashSet<NodeId> _doubled = [];
    private readonly ulong _acceptors;

    public TraceHistory(Configuration configuration)
    {
        Configuration = configuration;
        _nodes = new NodeHistory?[configuration.Members.Max(member => member.Id.Value) + 1];
        for (var place = 0; place < configuration.Members.Count; place++)
        {
            var member = configuration.Members[place];
            _nodes[member.Id.Value] = new(place);
            _acceptors |= (member.Roles & MemberRoles.Acceptor) != 0 ? 1UL << place : 0;
        }
    }

    /// <summary>The members and their roles.</summary>
    public Configuration Configuration { get; }

    /// <summary>What is known of each slot.</summary>
    public SlotWindow Slots { get; } = new();

    /// <summary>Every slot up to here is chosen.</summary>
    public Slot ChosenThrough { get; private set; }

    /// <summary>The reigns, in the order of their ballots.</summary>
    public IReadOnlyList<ReignHistory> Reigns => _newestLast;

    /// <summary>What the last event made chosen, in slot order.</summary>
    public IReadOnlyList<ChosenMark> NewlyChosen => _newlyChosen;

    /// <summary>The node of that number; null for no member.</summary>
    public NodeHistory? Find(NodeId node) => node.Value < _nodes.Length ? _nodes[node.Value] : null;

    /// <summary>The node that an event comes from, which is a member.</summary>
    public NodeHistory NodeOf(in TraceEvent traced) => _nodes[traced.Origin.Node.Value]!;

    /// <summary>The reign of a ballot; null when nobody took over with it.</summary>
    public ReignHistory? ReignOf(Ballot ballot)
    {
        if (_newestLast.Count > 0 && _newestLast[^1].Ballot == ballot)
        {
            return _newestLast[^1];
        }

        return _reigns.GetValueOrDefault(ballot);
    }

    /// <summary>Whether acceptors are more than half of all: a quorum of either phase.</summary>
    public bool IsQuorum(ulong places) =>
        BitOperations.PopCount(places & _acceptors) > BitOperations.PopCount(_acceptors) / 2;

    /// <summary>Whether a slot is chosen.</summary>
    public bool IsChosen(Slot slot) => slot <= ChosenThrough || Slots.Find(slot) is { IsChosen: true };

    /// <summary>Whether two processes ran under the member's name.</summary>
    public bool IsDoubled(NodeId member) => _doubled.Contains(member);

    /// <summary>Two processes run under the member's name.</summary>
    public void OnDoubled(NodeId member) => _doubled.Add(member);

    /// <summary>Whether some machine told a wrong digest.</summary>
    public bool SomebodyLied { get; private set; }

    /// <summary>Some machine tells a wrong digest.</summary>
    public void OnLied() => SomebodyLied = true;

    /// <summary>Takes an event.</summary>
    public void Take(in TraceEvent traced)
    {
        _newlyChosen.Clear();
        var node = NodeOf(in traced);
        node.Begin(traced.Origin.Incarnation, traced.Sequence);
        switch (traced.Happened)
        {
            case SlotVoted voted:
                node.Acceptor.Raise(voted.ChosenThrough);
                node.Acceptor.VoteSlot(ReignOf(voted.Ballot)!, voted.Slot);
                Vote(node, voted.Slot, voted.Ballot);
                break;
            case Proposed proposed:
                Slots.Get(proposed.Slot)?.Propose(proposed.Ballot, proposed.Checksum);
                break;
            case Applied applied:
                node.Applied = applied.Slot;
                if (Slots.Get(applied.Slot) is { } slot)
                {
                    slot.Chain = applied.Chain;
                }

                break;
            case Counted { Mark: var mark } when mark.Lane != Lane.Sync:
                ReignOf(mark.Ballot)!.Count(mark.Lane.Index, mark.Through);
                break;
            default:
                TakeRare(node, traced.Happened);
                break;
        }
    }

    private void TakeRare(NodeHistory node, ProtocolEvent happened)
    {
        switch (happened)
        {
            case Started started:
                Take(node, started);
                break;
            case PromiseMade promise:
                node.Acceptor.Promise(promise.Ballot);
                break;
            case SyncVoted sync:
                var reign = ReignOf(sync.Ballot)!;
                node.Acceptor.VoteSync(reign, sync.Base);
                VoteSync(node, reign, sync.Base, []);
                break;
            case ChosenThroughRaised raised:
                node.Acceptor.Raise(raised.Through);
                break;
            case TakenOver taken:
                Take(taken);
                break;
            case Standing standing:
                node.Stood = standing.Ballot;
                break;
            case StateSaved saved:
                node.Saved = Slot.Max(node.Saved, saved.Slot);
                break;
            case StateRestored restored:
                node.Applied = restored.Slot;
                node.Saved = Slot.Max(node.Saved, restored.Slot);
                break;
            case Trimmed trimmed:
                node.Acceptor.Raise(trimmed.Through);
                node.TrimmedTo = trimmed.Through;
                Forget();
                break;
            default:
                break; // tells people something, and rules nothing
        }
    }

    private void Take(NodeHistory node, Started started)
    {
        node.Start(started.Roles);
        if (started.Memory is not { } memory)
        {
            return;
        }

        // What became durable right before a crash was told by nobody, and counts all the same.
        var reign = ReignOf(memory.LastVoted);
        var untold = reign is not null && !node.Acceptor.HasVotedIn(memory.LastVoted);
        node.Acceptor.Restart(memory, reign);
        if (untold)
        {
            VoteSync(node, reign!, memory.SyncBase, memory.Faulty);
        }

        foreach (var vote in memory.Votes)
        {
            Vote(node, vote.Slot, vote.Ballot);
        }
    }

    private void Take(TakenOver taken)
    {
        ReignHistory reign = new(taken);
        _reigns.Add(taken.Ballot, reign);
        var place = _newestLast.FindLastIndex(other => other.Ballot < taken.Ballot) + 1;
        _newestLast.Insert(place, reign);
        for (var index = 0; index < taken.Checksums.Count; index++)
        {
            Slots.Get(new(taken.Base.Index + 1 + index))?.Propose(taken.Ballot, taken.Checksums[index]);
        }
    }

    private void VoteSync(NodeHistory node, ReignHistory reign, Slot syncBase, IReadOnlyList<SlotRange> faulty)
    {
        for (var slot = Slot.Max(syncBase, reign.Taken.Base).Next; slot <= reign.ViewSlot; slot = slot.Next)
        {
            if (!faulty.Any(range => range.Contains(slot)))
            {
                Vote(node, slot, reign.Ballot);
            }
        }
    }

    private void Vote(NodeHistory node, Slot at, Ballot ballot)
    {
        if (Slots.Find(at) is not { } slot || slot.Vote(ballot, node.Place) is not { } proposal)
        {
            return;
        }

        var before = proposal.Voters & ~(1UL << node.Place);
        if (!IsQuorum(proposal.Voters) || (IsQuorum(before) && slot.IsChosen))
        {
            return;
        }

        _newlyChosen.Add(new(at, ballot, proposal.Checksum));
        slot.Choose(ballot, proposal.Checksum);
        while (Slots.Find(ChosenThrough.Next) is { IsChosen: true })
        {
            ChosenThrough = ChosenThrough.Next;
        }
    }

    // What every log has let go no log can bring back.
    private void Forget()
    {
        var floor = new Slot(long.MaxValue);
        foreach (var node in _nodes)
        {
            floor = Slot.Min(floor, node?.TrimmedTo ?? floor);
        }

        // The floor itself stays: a snapshot may end there.
        if (floor.Previous > Slots.Floor)
        {
            Slots.Forget(floor.Previous);
        }
    }
}
