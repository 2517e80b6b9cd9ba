using PaxosSM.Quorums;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>What a cluster's events told so far of one epoch: the only thing that rules look at.</summary>
/// <remarks>It believes every event; whether it may be believed is for the rules to say, before.</remarks>
internal sealed class TraceHistory
{
    private readonly Dictionary<NodeId, MemberHistory> _members = [];
    private readonly SortedDictionary<Ballot, ReignHistory> _reigns = [];
    private readonly List<ReignHistory> _newestLast = [];
    private readonly List<ChosenMark> _newlyChosen = [];
    private readonly HashSet<Ballot> _stood = [];

    public TraceHistory(GroupHistory group, EpochStart start)
    {
        Group = group;
        Start = start;
        ChosenThrough = start.Base;
        Slots.Forget(start.Base);
    }

    /// <summary>An epoch that ended, of which nothing but that is known any more: all through its end is chosen
    /// (R33).</summary>
    public void End(Slot through)
    {
        ChosenThrough = through;
        Slots.Forget(through);
    }

    /// <summary>The group's other epochs, and what is of none.</summary>
    public GroupHistory Group { get; }

    /// <summary>How the epoch begins.</summary>
    public EpochStart Start { get; }

    /// <summary>The epoch.</summary>
    public Epoch Epoch => Start.Epoch;

    /// <summary>The members and their roles.</summary>
    public Configuration Configuration => Start.Configuration;

    /// <summary>Its quorums.</summary>
    public QuorumSystem Quorums => Configuration.Quorums;

    /// <summary>What is known of each slot above the base.</summary>
    public SlotWindow Slots { get; } = new();

    /// <summary>Every slot up to here is chosen; above the next epoch's base that means nothing (R11).</summary>
    public Slot ChosenThrough { get; private set; }

    /// <summary>The reigns, in the order of their ballots.</summary>
    public IReadOnlyList<ReignHistory> Reigns => _newestLast;

    /// <summary>What the last event made chosen, in slot order.</summary>
    public IReadOnlyList<ChosenMark> NewlyChosen => _newlyChosen;

    /// <summary>What the node of that number told in this epoch; null for one that never was a member of any.</summary>
    public MemberHistory? Find(NodeId node)
    {
        if (!_members.TryGetValue(node, out var member) && Group.Find(node) is { } known)
        {
            _members.Add(node, member = new(Configuration.PlaceOf(node), known));
        }

        return member;
    }

    /// <summary>The node that an event comes from, which is a member.</summary>
    public MemberHistory NodeOf(in TraceEvent traced) => Find(traced.Origin.Node)!;

    /// <summary>Whether somebody stood with a ballot.</summary>
    public bool HasStood(Ballot ballot) => _stood.Contains(ballot);

    /// <summary>The reign of a ballot; null when nobody took over with it.</summary>
    public ReignHistory? ReignOf(Ballot ballot)
    {
        if (_newestLast.Count > 0 && _newestLast[^1].Ballot == ballot)
        {
            return _newestLast[^1];
        }

        return _reigns.GetValueOrDefault(ballot);
    }

    /// <summary>Whether promises of these acceptors suffice.</summary>
    public bool IsPhase1(ulong places) => Quorums.IsPhase1(new(places));

    /// <summary>Whether votes of these acceptors suffice.</summary>
    public bool IsPhase2(ulong places) => Quorums.IsPhase2(new(places));

    /// <summary>Whether a slot is chosen.</summary>
    public bool IsChosen(Slot slot) => slot <= ChosenThrough || Slots.Find(slot) is { IsChosen: true };

    /// <summary>Whether enough members began the epoch, as they told (R14).</summary>
    public bool HasEnoughBegun
    {
        get
        {
            var acceptors = Begun(Configuration.Acceptors);
            return Epoch == Group.First.Epoch
                || (Quorums.MeetsEveryPhase1(acceptors) && acceptors.Count > Quorums.FaultsTolerated
                    && Begun(Configuration.Learners).Count >= Configuration.LearnersNeeded);
        }
    }

    /// <summary>Takes an event.</summary>
    public void Take(in TraceEvent traced)
    {
        _newlyChosen.Clear();
        var member = NodeOf(in traced);
        var node = member.Node;
        node.Begin(traced.Origin.Incarnation, traced.Sequence, Group.First.Epoch);
        switch (traced.Happened)
        {
            case SlotVoted voted:
                member.Acceptor.Raise(voted.ChosenThrough);
                member.Acceptor.VoteSlot(ReignOf(voted.Ballot)!, voted.Slot);
                Vote(member, voted.Slot, voted.Ballot);
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
                TakeRare(member, traced.Origin.Node, traced.Happened);
                break;
        }
    }

    private void TakeRare(MemberHistory member, NodeId teller, ProtocolEvent happened)
    {
        var node = member.Node;
        switch (happened)
        {
            case Started started:
                Take(member, started);
                break;
            case PromiseMade promise:
                member.Acceptor.Promise(promise.Ballot);
                break;
            case SyncVoted sync:
                var reign = ReignOf(sync.Ballot)!;
                member.Acceptor.VoteSync(reign, sync.Base);
                VoteSync(member, reign, sync.Base, []);
                break;
            case ChosenThroughRaised raised:
                member.Acceptor.Raise(raised.Through);
                break;
            case TakenOver taken:
                Take(taken);
                break;
            case Standing standing:
                member.Stood = standing.Ballot;
                _stood.Add(standing.Ballot);
                break;
            case FrontierMoved moved:
                node.Frontier = moved.Through;
                break;
            case EpochBegan began:
                Group.Begin(began.Start);
                Group.Find(began.Start.Epoch)!.Begin(teller, began.Roles);
                break;
            case StateSaved saved:
                node.Saved = Slot.Max(node.Saved, saved.Slot);
                break;
            case StateRestored restored:
                node.Applied = restored.Slot;
                node.Saved = Slot.Max(node.Saved, restored.IsOwnStore ? restored.Saved : restored.Slot);
                node.Frontier = Slot.Max(node.Frontier, restored.Slot);
                break;
            case Trimmed trimmed:
                member.Acceptor.Raise(trimmed.Through);
                node.TrimmedTo = trimmed.Through;
                Group.Forget();
                break;
            default:
                break; // tells people something, and rules nothing
        }
    }

    private void Begin(NodeId teller, MemberRoles roles)
    {
        var member = Find(teller)!;
        var listed = Configuration.Find(teller)?.Roles ?? MemberRoles.None;
        member.HasBegun |= (roles & listed) == listed; // another storage has none of them (R13)
        member.Acceptor.Raise(Start.Base);
        member.Node.Enter(Epoch, roles);
    }

    // What a copy told does not come here, and the others can't tell it from the member.
    private NodeSet Begun(IReadOnlyList<NodeId> members) => Configuration.PlacesOf(
        members.Where(member => Find(member)!.HasBegun || Group.IsDoubled(member)));

    private void Take(MemberHistory member, Started started)
    {
        member.Node.Start(started);
        if (started.Memory is not { } memory)
        {
            return;
        }

        // What became durable right before a crash was told by nobody, and counts all the same.
        var reign = ReignOf(memory.LastVoted);
        var untold = reign is not null && !member.Acceptor.HasVotedIn(memory.LastVoted);
        member.Acceptor.Restart(memory, reign);
        if (untold)
        {
            VoteSync(member, reign!, memory.SyncBase, memory.Faulty);
        }

        foreach (var vote in memory.Votes)
        {
            Vote(member, vote.Slot, vote.Ballot);
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

    private void VoteSync(MemberHistory member, ReignHistory reign, Slot syncBase, IReadOnlyList<SlotRange> faulty)
    {
        for (var slot = Slot.Max(syncBase, reign.Taken.Base).Next; slot <= reign.ViewSlot; slot = slot.Next)
        {
            if (!faulty.Any(range => range.Contains(slot)))
            {
                Vote(member, slot, reign.Ballot);
            }
        }
    }

    private void Vote(MemberHistory member, Slot at, Ballot ballot)
    {
        if (Slots.Find(at) is not { } slot || slot.Vote(ballot, member.Place) is not { } proposal)
        {
            return;
        }

        var before = proposal.Voters & ~(1UL << member.Place);
        if (!IsPhase2(proposal.Voters) || (IsPhase2(before) && slot.IsChosen))
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
}
