using PaxosSM.Election;
using PaxosSM.Log;
using PaxosSM.Messages;

namespace PaxosSM.Reconfiguration;

/// <summary>A group's core over all its epochs (R11..R16): the replica of the present one, and how the ones before
/// ended.</summary>
/// <remarks>
/// <para>Votes, promises, reigns and lanes are of one epoch, and so is a <see cref="Replica"/>: no role knows that
/// there are others. Chosen values, snapshots and what is asked of learners are of the group.</para>
/// <para>An epoch ends at a node when the stop is in the chosen prefix there (R11), or, where nobody learns, when
/// enough others hold that prefix. Then nothing of it is taken any more; once all that was written in it is durable
/// the driver calls <see cref="Enter"/>, and the next one begins with a record of its own.</para>
/// <para>Not safe for use by many threads: one driver steps it.</para>
/// </remarks>
public sealed class Succession
{
    private const int SilentTimeouts = 2;
    private readonly StorageId _storage;
    private readonly SortedDictionary<NodeId, Slot> _guests = [];
    private readonly EpochStart? _restoredIn;
    private readonly Instant _born;
    private EpochEnding _ending;
    private HandOver _handOver;
    private EpochStart _start;
    private EpochStart? _next;
    private EpochStart? _newest;
    private Instant _showedAt;
    private Instant _askedAt;
    private Instant _queriedAt = new(long.MinValue / 2);
    private bool _started;
    private NodeId _favored = NodeId.None;

    /// <summary>A core before <see cref="Recover"/>.</summary>
    /// <param name="context">Who it is in the first epoch.</param>
    /// <param name="restored">What the machine already holds, from a snapshot or in a store of its own.</param>
    /// <param name="now">The moment.</param>
    /// <param name="epoch">The epoch that this is of; null for the first.</param>
    /// <param name="storage">This node's storage: a configuration that lists another one does not mean this
    /// node (R13). None: whatever is listed is this node's.</param>
    /// <param name="saved">What a durable snapshot here covers; null for all that the machine holds.</param>
    public Succession(
        ReplicaContext context,
        Slot restored,
        Instant now,
        EpochStart? epoch = null,
        StorageId storage = default,
        Slot? saved = null)
    {
        IsMember = context.Place >= 0;
        Context = context;
        _storage = storage;
        _restoredIn = epoch;
        _askedAt = _born = now;
        _start = EpochStart.Genesis(context.Configuration);
        _handOver = new(context, _start, null);
        Replica = new(context, restored, now, saved);
        _ending = new(context, Replica.Proposer, ProgressOf);
    }

    /// <summary>Who this node is in the present epoch.</summary>
    public ReplicaContext Context { get; private set; }

    /// <summary>The present epoch's replica.</summary>
    public Replica Replica { get; private set; }

    /// <summary>How the present epoch began.</summary>
    public EpochStart Start => _start;

    /// <summary>The members of the epoch before; null in the first.</summary>
    public Configuration? Before { get; private set; }

    /// <summary>The present epoch.</summary>
    public Epoch Epoch => _start.Epoch;

    /// <summary>Whether this node is a member of the present epoch; else it may learn, as a guest.</summary>
    public bool IsMember { get; private set; }

    /// <summary>Whether the present epoch is over here: nothing of it is taken any more.</summary>
    public bool IsOver => _next is not null;

    /// <summary>How the next epoch begins, once the present one is over here; null before.</summary>
    internal EpochStart? Next => _next;

    /// <summary>The newest epoch that this node heard of and is not in yet: its members must be reached; null for
    /// none.</summary>
    public EpochStart? Ahead => _newest is { } newest && newest.Epoch > Epoch ? newest : null;

    /// <summary>See <see cref="Replica.Rests"/>.</summary>
    public bool Rests => Replica.Rests;

    /// <summary>Whether enough members have started the present epoch (R14).</summary>
    public bool IsHandedOver => _handOver.IsEnough;

    /// <summary>Takes what the log read back, before the first step. Of the effects only the applies and events
    /// matter.</summary>
    /// <exception cref="InvariantViolationException">The record of an epoch can't be read: this identity is dead
    /// (R24).</exception>
    public void Recover(IReadOnlyList<RecoveredRecord> records, Instant now, Effects effects)
    {
        foreach (var begins in FindBegins(records))
        {
            RecoverEpoch(records, isOver: true, effects);
            Begin(begins, now);
        }

        RecoverEpoch(records, isOver: false, effects);
        effects.ForgetEvents();
        if (Before is not null)
        {
            effects.Tell(new EpochBegan(_start, Context.Own));
        }

        Replica.Announce(effects);
        effects.Epoch = Before is null ? default : Epoch;
        if (_restoredIn is { } epoch && epoch.Epoch > Epoch)
        {
            _next = epoch;
        }

        FindEnd();
    }

    /// <summary>Takes one input; adds what is to be done to <paramref name="effects"/>.</summary>
    public void Step(Input input, Instant now, Effects effects)
    {
        switch (input)
        {
            case Received { Message: EpochEnd or EpochStarted or EpochQuery or GuestProgress } received:
                On(received.From, received.Message, effects);
                RouseIfMust(now, effects);
                break;
            case Received received:
                Route(received, now, effects);
                break;
            case Ticked when IsOver:
                break;
            case ReconfigurationRequested wish when IsOver || wish.Expected != Epoch:
                var over = $"{wish.Expected} is not the present epoch; {_next ?? _start}";
                effects.Answer(new ReconfigurationAnswer(wish.Id, ReconfigurationError.EpochSuperseded, over, 0));
                break;
            case TransferRequested wish when IsOver:
                effects.Answer(
                    new TransferAnswer(wish.Id, TransferError.UnderWay, $"{Epoch} is over", NodeId.None));
                break;
            case ReconfigurationRequested wish:
                Replica.Step(RouseRequested.Instance, now, effects);
                RouseNewcomers(wish.Next, effects);
                effects.Answer(_ending.On(wish));
                break;
            default:
                if (input is SnapshotInstalled { Epoch: { } epoch } && epoch.Epoch > Epoch)
                {
                    _next = epoch;
                }

                Replica.Step(input, now, effects);
                if (input is Ticked ticked && !Rests)
                {
                    OnTick(now, effects);
                    TryRest(ticked, now, effects);
                }

                break;
        }

        FindEnd();
    }

    /// <summary>After the last of a round of steps.</summary>
    public void EndRound(Instant now, Effects effects)
    {
        if (!IsOver)
        {
            Replica.EndRound(now, effects);
            FindEnd();
        }
    }

    /// <summary>Takes commands of this node's clients; in a wedged epoch none.</summary>
    public PaxosError Submit(ReadOnlyMemory<byte> entries, int count, Effects effects) =>
        IsOver ? PaxosError.NotLeader
        : _start.Configuration.Takes(entries) ? Replica.Submit(entries, count, effects) : PaxosError.Wedged;

    /// <summary>Lets it rest from the start, if nothing is left to do: the first that needs it rouses it. After
    /// <see cref="Recover"/>.</summary>
    public void RestAtFirst()
    {
        if (MayRest && Replica.Learning.IsQuiet)
        {
            Replica.RestAtFirst();
        }
    }

    /// <summary>Begins the next epoch. Only when <see cref="IsOver"/>, and everything written before is
    /// durable.</summary>
    public void Enter(Instant now, Effects effects)
    {
        EpochWrite begins = new(_next!, Context.Configuration); // the caller asked whether it is over
        var leader = Replica.LeaderNode;
        var ended = Replica.Learning;
        ended.EndEpoch(effects);
        Replica.End(effects);
        if (leader != NodeId.None)
        {
            effects.Tell(new LeaderChanged(Ballot.None, $"{Epoch} is over"));
        }

        Begin(begins, now);
        ended.TellEnd(effects);
        _favored = FavoredAfter(leader);
        effects.Epoch = Epoch;
        effects.Write(begins);
        effects.TellAfterWrite(new EpochBegan(_start, Context.Own));
        ShowStarted(effects);
        FindEnd();
    }

    // A hand-over, and the way to a later epoch, need somebody who keeps telling.
    private bool MayRest => _handOver.IsSettled && !IsOver && Ahead is null;

    private void RouseIfMust(Instant now, Effects effects)
    {
        if (Rests && !MayRest)
        {
            Replica.Step(RouseRequested.Instance, now, effects);
        }
    }

    // R15: a guest that rests tells nobody how far it has come.
    private void RouseNewcomers(Configuration next, Effects effects)
    {
        foreach (var node in next.All.Except(Context.Configuration.All))
        {
            effects.Send(node, new Rouse(Replica.Leader));
        }
    }

    private void TryRest(Ticked ticked, Instant now, Effects effects)
    {
        if (MayRest && !ticked.Busy)
        {
            Replica.TryRest([.. _guests.Keys], now, effects);
        }
    }

    // In their order; the newest one must be there.
    private static SortedDictionary<Epoch, EpochWrite>.ValueCollection FindBegins(
        IReadOnlyList<RecoveredRecord> records)
    {
        var newest = default(Epoch);
        SortedDictionary<Epoch, EpochWrite> begins = [];
        foreach (var (key, write) in records)
        {
            newest = key.Epoch > newest ? key.Epoch : newest;
            if (EpochWrite.In(write) is { } begin && begin.Start.Epoch != Epoch.First)
            {
                begins[begin.Start.Epoch] = begin;
            }
        }

        return newest == default || begins.ContainsKey(newest)
            ? begins.Values
            : throw new InvariantViolationException(
                $"how {newest} began can't be read: this storage identity is dead (R24); bring the machine back with "
                + "an empty folder, as a new member");
    }

    // Of an epoch that has ended the votes tell what was chosen in it, and nothing else (R12); of one that a restored
    // snapshot covers, not even that.
    private void RecoverEpoch(IReadOnlyList<RecoveredRecord> records, bool isOver, Effects effects)
    {
        var epoch = Before is null ? default : Epoch;
        var learns = _restoredIn is null || Epoch >= _restoredIn.Epoch;
        Replica.Recover([.. records.Where(record => record.Key.Epoch == epoch)], !isOver, learns, effects);
    }

    private void Begin(EpochWrite begins, Instant now)
    {
        var next = begins.Start;
        var context = Context.In(next.Configuration, RolesIn(next));
        IsMember = IsListed(next);
        Before = begins.Before;
        Replica.Learning.Learner.Begin(next);
        Replica = new(context, new(begins, Replica.TrimmedTo), Replica, now, _born);
        Replica.Learning.TrimsFrom = null;
        Context = context;
        _ending = new(context, Replica.Proposer, ProgressOf);
        _handOver = new(context, next, begins.Before);
        _start = next;
        _started = false;
        _next = null;
        if (Ahead is { } ahead)
        {
            Replica.Learning.LearnEnd(ahead);
        }
    }

    // Who is no member learns on, where it did: a later epoch may list it, and it must be caught up by then (R15). Who
    // knows of a later epoch may be a member there.
    private MemberRoles RolesIn(EpochStart epoch)
    {
        var passing = _newest is { } newest && newest.Epoch > epoch.Epoch ? MemberRoles.Learner : MemberRoles.None;
        return passing | (IsListed(epoch) ? ListedRolesIn(epoch) : Context.Own & MemberRoles.Learner);
    }

    private bool IsListed(EpochStart epoch) => epoch.Configuration.Find(Context.Self) is { } member
        && (_storage == StorageId.None || member.Storage == _storage);

    private Slot? ProgressOf(NodeId guest) => _guests.TryGetValue(guest, out var through) ? through : null;

    // R13: the listed storage, not the number, is the member.
    private MemberRoles ListedRolesIn(EpochStart epoch) =>
        IsListed(epoch) ? epoch.Configuration.Find(Context.Self)!.Roles : MemberRoles.None;

    // R14: a learner has started once it holds everything before the epoch; who is no member any more says so, too, for
    // those whose votes may be all else that is left.
    private void ShowStarted(Effects effects)
    {
        if (!_started && (!Context.Has(MemberRoles.Learner) || Replica.Frontier >= _start.Base))
        {
            _started = true;
            _handOver.TellStarted(_storage, effects);
        }
    }

    private void FindEnd() =>
        _next ??= Replica.Learning.Learns ? Replica.Learning.Learner.Next : null;

    // What is learned is the group's; everything else is said in one epoch.
    private void Route(Received received, Instant now, Effects effects)
    {
        var said = received.Epoch == default ? Epoch : received.Epoch;
        switch (received.Message)
        {
            case LearnReply reply when said != Epoch:
                Replica.Step(received with { Message = Sound(reply, said) }, now, effects);
                break;
            case LearnRequest or LearnReply:
                Replica.Step(received, now, effects);
                break;
            case Prepare or Canvass or Heartbeat or Sync or Accept or Messages.Submit or ReadIndexRequest
                when said < Epoch:
                effects.Send(received.From, _handOver.Tombstone);
                break;
            case var _ when said > Epoch:
                Ask(received.From, now, effects);
                break;
            default:
                if (said == Epoch && !IsOver)
                {
                    Replica.Step(received, now, effects);
                }

                break;
        }
    }

    // Whoever speaks in a later epoch knows how this one ended.
    private void Ask(NodeId node, Instant now, Effects effects)
    {
        if (now - _queriedAt >= Context.Options.HeartbeatInterval)
        {
            _queriedAt = now;
            effects.Send(node, new EpochQuery(Epoch));
        }
    }

    // R11: what its sender takes for chosen in an epoch that is over may be void: owners and leaders hand out what
    // they counted, whatever becomes of the epoch. What is of a later epoch may be taken behind a stop only, so in slot
    // order.
    private LearnReply Sound(LearnReply reply, Epoch said)
    {
        if (said > Epoch)
        {
            Replica.Learning.LearnChosenLater(reply.ChosenThrough);
            var goesOn = reply.Stride == 1 && reply.First <= Replica.Frontier.Next;
            return reply with { Values = goesOn ? reply.Values : [], ChosenThrough = Slot.Zero };
        }

        var last = said.Next == Epoch ? _start.Base : Slot.Zero;
        var values = reply.Values.TakeWhile(
            (_, index) => reply.First.Index + ((long)index * reply.Stride) <= last.Index);
        return reply with { Values = [.. values], ChosenThrough = Slot.Zero };
    }

    private void On(NodeId from, Message message, Effects effects)
    {
        switch (message)
        {
            case EpochStarted started:
                var before = _handOver.IsEnough;
                _handOver.On(from, started);
                if (_handOver.IsEnough && !before)
                {
                    OnHandedOver(effects);
                }

                break;
            case GuestProgress guest:
                _guests[from] = guest.Through;
                break;
            case EpochQuery query when query.Epoch < Epoch:
                effects.Send(from, _handOver.Tombstone);
                break;
            case EpochEnd end when end.Next.Epoch == Epoch:
                // Whoever tells does not know that this node has started; what it says is durable here by now, or the
                // answer waits for it.
                if (_started)
                {
                    effects.SendAfterWrite(from, _handOver.OwnOf(_storage));
                }

                break;
            case EpochEnd end when end.Next.Epoch > Epoch:
                OnEnd(end);
                break;
            default:
                break;
        }
    }

    private void OnHandedOver(Effects effects)
    {
        effects.Tell(new HandedOver(Epoch));
        Replica.Learning.TrimsFrom = _start.Base;
        if (_favored == Context.Self)
        {
            Replica.Hasten();
        }
    }

    // Who led until now goes on, or the first proposer does: nobody need wait for a silent leader first. A matter of
    // speed only.
    private NodeId FavoredAfter(NodeId leader)
    {
        var proposers = Context.Configuration.Proposers;
        return proposers.Contains(leader) ? leader : proposers[0];
    }

    private void OnEnd(EpochEnd end)
    {
        if (_newest is null || end.Next.Epoch > _newest.Epoch)
        {
            _newest = end.Next;
        }

        if (Replica.Learning.Learns || (ListedRolesIn(end.Next) & MemberRoles.Learner) != 0)
        {
            // R11: the end is known from the chosen prefix; this tells where it is to be had. Who is to learn in the
            // next epoch begins now: with learners that don't learn yet the others would wait for each other.
            Replica.Learning.LearnEnd(end.Next);
        }
        else if (end.Held || !Context.Has(MemberRoles.Acceptor))
        {
            // The votes here may have been all that was left of chosen values; by now learners hold them.
            _next ??= end.Next;
        }
    }

    // R15: whoever leads must know how far a guest has come.
    private void ShowProgress(Instant now, Effects effects)
    {
        if (IsMember || !Context.Has(MemberRoles.Learner) || now - _showedAt < Context.Options.ResendInterval)
        {
            return;
        }

        _showedAt = now;
        foreach (var proposer in Context.Configuration.Proposers)
        {
            effects.Send(proposer, new GuestProgress(Replica.Frontier));
        }
    }

    private void OnTick(Instant now, Effects effects)
    {
        if (Before is not null)
        {
            ShowStarted(effects);
        }

        _handOver.OnTick(now, effects);
        ShowProgress(now, effects);
        if (Replica.Leader != Ballot.None)
        {
            _askedAt = now;
        }
        else if (now - _askedAt > Context.Options.ElectionTimeout * SilentTimeouts)
        {
            // The others may have gone on without this node.
            _askedAt = now;
            foreach (var node in Context.Configuration.All.Union(Before?.All ?? []).Where(node => node != Context.Self))
            {
                effects.Send(node, new EpochQuery(Epoch));
            }
        }
    }
}
