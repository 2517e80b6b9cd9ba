using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>What a proposer may fill in a reign: the lanes that the view deals to its present life (R6, R8); the leader
/// is one owner among them.</summary>
/// <remarks>Mao, Junqueira and Marzullo, <i>Mencius</i>, OSDI 2008, for passing turns; here a passed turn is voted for
/// like any value (R9).</remarks>
internal sealed class Ownership
{
    // How many ticks acceptors get news at once after one of them asked for something.
    private const int FollowedTicks = 100;

    // So many windows of turns an owner without work passes ahead, once it has been without for long.
    private const int AheadWindows = 8;
    private readonly ReplicaContext _context;
    private readonly Watermarks _marks = new();
    private readonly OwnedLane[] _lanes;
    private readonly bool _tellsProposers;
    private readonly long _bytesMax;
    private Slot _heard;
    private Slot _awaited;
    private int _ahead;
    private Instant _toldAt;
    private bool _hasNews;
    private bool _owesNews;
    private int _followedTicks = FollowedTicks; // whoever followed the reign before waits for this one

    /// <summary>The lanes of a reign whose sync is chosen.</summary>
    /// <param name="context">Who owns them.</param>
    /// <param name="view">The deal.</param>
    /// <param name="isSynced">Whether an acceptor is known to hold the sync.</param>
    public Ownership(ReplicaContext context, View view, Predicate<NodeId> isSynced)
    {
        _context = context;
        View = view;
        ChosenThrough = view.Slot;
        LaneOwner self = new(context.Self, context.Incarnation);
        _lanes = [.. from index in Enumerable.Range(0, view.Owners.Count)
                     where view.Owners[index] == self
                     select new OwnedLane(context, view, new((ushort)index), isSynced)];
        _bytesMax = context.Options.WindowBytesMax / view.Owners.Distinct().Count();
        _tellsProposers = view.Owners.Any(owner => owner.Node != context.Self);
        _marks.Begin(view);
        _marks.Raise(new(view.Ballot, Lane.Sync, view.Slot));
    }

    public View View { get; }

    public Ballot Ballot => View.Ballot;

    /// <summary>The lanes owned here, in the deal's order; none on a leader's words about others only.</summary>
    public IReadOnlyList<OwnedLane> Lanes => _lanes;

    /// <summary>Every slot of every lane up to here is chosen.</summary>
    public Slot ChosenThrough { get; private set; }

    /// <summary>The highest slot that somebody, as heard here, proposed for with something that is no passed
    /// turn.</summary>
    public Slot Work { get; private set; }

    /// <summary>Whether everything proposed here is counted.</summary>
    public bool IsIdle => Array.TrueForAll(_lanes, lane => lane.IsIdle);

    /// <summary>Whether nothing is under way in the lanes owned here, nor to be told, nor waited for in
    /// others.</summary>
    public bool IsSettled =>
        Awaited is null && !_hasNews && !_owesNews && Array.TrueForAll(_lanes, lane => lane.IsSettled);

    /// <summary>The highest slot proposed here.</summary>
    public Slot Last => _lanes.Select(lane => lane.Last).Max();

    /// <summary>The lowest slot of the lanes owned here that is not counted.</summary>
    public Slot LowestNotCounted => _lanes.Select(lane => View.NextInLane(lane.Lane, lane.Counted)).Min();

    /// <summary>The lane that the frontier waits for; null while all that was worked for is chosen.</summary>
    public Lane? Awaited => Work > ChosenThrough ? View.LaneOf(ChosenThrough.Next) : null;

    /// <summary>All slots that the lane has up to here are chosen in this very ballot, as heard here.</summary>
    public Slot ThroughOf(Lane lane) => _marks.ThroughOf(lane);

    /// <summary>Each lane of the deal, for people.</summary>
    public IReadOnlyList<LaneState> Describe()
    {
        var lanes = new LaneState[View.Owners.Count];
        for (var index = 0; index < lanes.Length; index++)
        {
            Lane lane = new((ushort)index);
            lanes[index] = new(lane, View.Owners[index], ThroughOf(lane), Awaited == lane);
        }

        return lanes;
    }

    /// <summary>The lane whose turn comes first among those with room; null for none.</summary>
    /// <remarks>Each owner has an equal share of the bytes that a take-over adopts in one frame, however many lanes it
    /// has, and room for one batch at least: all together hold no more than the larger of the whole and a batch for
    /// each owner.</remarks>
    /// <param name="bytes">How large the next batch may be.</param>
    public OwnedLane? Free(int bytes)
    {
        var held = 0L;
        OwnedLane? free = null;
        foreach (var lane in _lanes)
        {
            held += lane.Bytes;
            free = lane.HasRoom && (free is null || lane.Next < free.Next) ? lane : free;
        }

        return held == 0 || held + bytes <= _bytesMax ? free : null;
    }

    public void Propose(OwnedLane lane, Value value, Instant now, Effects effects)
    {
        _ahead = 0;
        lane.Propose(value, now, effects);
        Work = Slot.Max(Work, lane.Work);
    }

    /// <summary>Passes turns that others wait for (R9).</summary>
    /// <param name="idle">Nothing waits to be proposed here.</param>
    /// <param name="now">The moment.</param>
    /// <param name="effects">Takes the proposals.</param>
    public void PassTurns(bool idle, Instant now, Effects effects)
    {
        if (View.Owners.Count == 1 || _lanes.Length == 0)
        {
            return;
        }

        var turn = (long)View.Owners.Count;
        if (idle && _heard > ChosenThrough && IsAnyLaneBehind(_heard.Index + (_ahead / 2 * turn)))
        {
            // The longer there is no work here, the further ahead: a busy lane then waits for nobody. Who works now
            // and then passes no more than is asked for, or its own next command would wait for the others' turns.
            // Half of the horizon stays free: what comes then needs room though nobody else works.
            var half = OwnedLane.HorizonOf(_context, View) / 2;
            var target = Slot.Min(new(_heard.Index + (_ahead * turn)), new(ChosenThrough.Index + half));
            _ahead = Math.Clamp(_ahead * 2, 1, AheadWindows * _context.Options.WindowSlotsMax);
            Pass(target, now, effects);
        }

        // Who is busy keeps up, too: slots are free, and a backlog must not hold up the others' commands.
        var lag = idle ? 0 : _context.Options.WindowSlotsMax * turn;
        Pass(new(Work.Index - lag), now, effects);
    }

    /// <returns>The lane in which more is chosen now; null for none.</returns>
    public OwnedLane? On(NodeId from, Accepted accepted, Instant now, Effects effects)
    {
        foreach (var lane in _lanes)
        {
            if (lane.Lane == accepted.Lane && lane.Find(from) is { } acceptor
                && lane.On(acceptor, accepted, now, effects))
            {
                _hasNews = true;
                Raise(lane.Mark, Slot.Zero);
                return lane;
            }
        }

        return null;
    }

    /// <summary>The leader heard whether an acceptor holds the sync.</summary>
    public void OnSync(NodeId acceptor, bool synced)
    {
        foreach (var lane in _lanes)
        {
            if (lane.Find(acceptor) is { } run)
            {
                run.Synced = synced;
            }
        }
    }

    /// <summary>Takes what another owner counted, and how far it worked.</summary>
    public void Hear(Watermark mark, Slot chosenThrough, Slot work)
    {
        if (mark.Ballot == Ballot)
        {
            _heard = Slot.Max(_heard, work);
            Work = Slot.Max(Work, work);
            Raise(mark, chosenThrough);
        }
    }

    /// <summary>Something waits for a slot that nobody here may know of: all pass their turns up to there.</summary>
    public void Await(Slot slot)
    {
        if (View.Owners.Count > 1 && slot > Work)
        {
            Work = _heard = _awaited = slot;
            _hasNews = true;
        }
    }

    public void OnTick(Instant now, Effects effects)
    {
        foreach (var lane in _lanes)
        {
            lane.OnTick(now, effects);
        }

        _followedTicks = Math.Max(0, _followedTicks - 1);
        if (_owesNews)
        {
            _owesNews = false;
            Tell(Audience.OtherAcceptors, effects);
        }

        // Marks get lost like any message, and an idle lane has no news; the leader's heartbeat tells its first lane's.
        if (_tellsProposers && now - _toldAt >= _context.Options.HeartbeatInterval)
        {
            _toldAt = now;
            Tell(Audience.All, effects);
        }
    }

    /// <summary>Another node sent commands or asked for a bound: somebody waits there for what is chosen.</summary>
    public void OnFollowed() => _followedTicks = FollowedTicks;

    /// <summary>Shows that the lanes are filled from here; on the leader, that its sync is chosen.</summary>
    public void TellBegin(Effects effects) => Tell(Audience.All, effects);

    /// <summary>Tells what is chosen, unless a proposal just did.</summary>
    /// <remarks>A lone owner's next proposal tells the acceptors as well, at no cost: they get word of their own only
    /// where somebody waits for it there, or none followed until the tick.</remarks>
    /// <param name="proposed">Every acceptor just got a proposal.</param>
    /// <param name="atOnce">Nothing will follow.</param>
    /// <param name="effects">Takes the messages.</param>
    public void TellNews(bool proposed, bool atOnce, Effects effects)
    {
        // A proposal tells its own lane's mark only.
        var told = proposed && _lanes.Length == 1;
        var tells = !told && (atOnce || View.Owners.Count > 1 || _followedTicks > 0);
        var hasNews = _hasNews || (proposed && _tellsProposers);
        var owes = _hasNews || _owesNews;
        _owesNews = owes && !told && !tells;
        _hasNews = false;
        if (hasNews || (owes && tells))
        {
            Tell(tells ? Audience.All : Audience.SelfAndNoAcceptors, effects);
        }
    }

    private bool IsAnyLaneBehind(long slot) => Array.Exists(_lanes, lane => lane.Next.Index <= slot);

    private void Tell(Audience audience, Effects effects)
    {
        var members = _context.Configuration.All;
        foreach (var lane in _lanes)
        {
            var chosen = new Chosen(lane.Mark, ChosenThrough) { Work = Slot.Max(lane.Work, _awaited) };
            for (var index = 0; index < members.Count; index++)
            {
                if (Listens(members[index]) && IsIn(audience, members[index]))
                {
                    effects.Send(members[index], chosen);
                }
            }
        }
    }

    private bool IsIn(Audience audience, NodeId node) => audience switch
    {
        Audience.OtherAcceptors => node != _context.Self && IsAcceptor(node),
        Audience.SelfAndNoAcceptors => node == _context.Self || !IsAcceptor(node),
        _ => true,
    };

    // Learners, and whoever else has lanes, or leads.
    private bool Listens(NodeId node)
    {
        var roles = _context.Configuration.Find(node)!.Roles;
        return (roles & MemberRoles.Learner) != 0
            || (_tellsProposers && node != _context.Self && (roles & MemberRoles.Proposer) != 0);
    }

    private bool IsAcceptor(NodeId node) => (_context.Configuration.Find(node)!.Roles & MemberRoles.Acceptor) != 0;

    private void Pass(Slot through, Instant now, Effects effects)
    {
        foreach (var lane in _lanes)
        {
            lane.Pass(through, now, effects);
        }
    }

    private void Raise(Watermark mark, Slot chosenThrough)
    {
        _marks.Raise(mark);
        ChosenThrough = Slot.Max(ChosenThrough, Slot.Max(_marks.Through, chosenThrough));
        foreach (var lane in _lanes)
        {
            lane.OnChosen(ChosenThrough);
        }
    }

    private enum Audience
    {
        All,
        OtherAcceptors,
        SelfAndNoAcceptors,
    }
}
