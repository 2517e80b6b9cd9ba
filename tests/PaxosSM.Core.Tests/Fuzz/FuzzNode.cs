using PaxosSM.Election;
using PaxosSM.Messages;

namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>One node: a core, the driver's order of work around it, a disk and a machine.</summary>
internal sealed class FuzzNode
{
    private readonly FuzzCluster _cluster;
    private readonly List<Input> _inbox = [];
    private readonly List<(ReadBound Bound, Slot Seen)> _reading = [];
    private readonly Dictionary<long, (Slot Seen, bool Lease)> _reads = [];
    private readonly Effects _effects;
    private readonly long _offset;
    private readonly double _rate;
    private FailureDetector? _detector;
    private bool _pumping;
    private bool _saving;
    private bool _applying;
    private long _readId;

    public FuzzNode(FuzzCluster cluster, NodeId id, bool mayBeDamaged)
    {
        _cluster = cluster;
        Id = id;
        MayBeDamaged = mayBeDamaged;
        _effects = new(id);
        _offset = cluster.Random.Below(1_000_000_000) + 1_000_000;
        _rate = 1 + ((cluster.Random.Below(60_001) - 30_000) / 1e6);
        Disk.OnDurable = write => cluster.Checks.OnDurable(id, write);
    }

    public NodeId Id { get; }

    public bool MayBeDamaged { get; }

    public FuzzDisk Disk { get; } = new();

    public FuzzMachine Machine { get; } = new();

    public Replica? Core { get; private set; }

    /// <summary>Counts lives, so that what belongs to an old one does nothing.</summary>
    public uint Incarnation { get; private set; }

    public int DiskSlowdown { get; set; } = 1;

    public long PausedUntil { get; set; }

    public bool Learns => (_cluster.Configuration.Find(Id)!.Roles & MemberRoles.Learner) != 0;

    public long ReadsDone { get; private set; }

    private Instant Now => new(_offset + (long)(_cluster.Now * _rate));

    public void Start(int damagePermille)
    {
        Incarnation++;
        var context = new ReplicaContext(
            new(7), Id, Incarnation, _cluster.Configuration, _cluster.Plan.Options, _cluster.Random.Next());
        Machine.Crash();
        Core = new(context, Machine.Snapshot.Slot, Now);
        _detector = new(Id, _cluster.Configuration.All, new(), Now);
        _effects.Clear();
        Core.Recover(Disk.Read(_cluster.Random, damagePermille), _effects);
        Apply();
        _effects.Clear();
        _readId = 0;
        var life = Incarnation;
        _cluster.After(_cluster.Random.Below(10_000), () => Tick(life));
        _cluster.Trace.Add(_cluster.Now, Id, "starts", $"{Incarnation} at {Core.Frontier}");
    }

    public void Crash(bool wipe)
    {
        Core = null;
        _inbox.Clear();
        _reads.Clear();
        _reading.Clear();
        _pumping = _saving = _applying = false;
        Disk.Crash(_cluster.Random);
        Machine.Crash();
        if (wipe)
        {
            Disk.Wipe();
            Machine.Wipe();
        }

        _cluster.Trace.Add(_cluster.Now, Id, wipe ? "is wiped" : "crashes", null);
    }

    public void Post(Input input)
    {
        if (Core is null)
        {
            return;
        }

        _inbox.Add(input);
        if (!_pumping)
        {
            _pumping = true;
            var life = Incarnation;
            var delay = _cluster.Random.Below(30);
            _cluster.After(Math.Max(delay, PausedUntil - _cluster.Now), () => Pump(life));
        }
    }

    public void Submit(ReadOnlyMemory<byte> entries) => Post(new FuzzSubmission(entries));

    public void Read(bool lease)
    {
        if (Core is not null)
        {
            _reads[++_readId] = (_cluster.Checks.Visible, lease);
            Post(new ReadRequested(_readId, lease));
        }
    }

    public void LoseConnectionTo(NodeId other)
    {
        if (Core is not null)
        {
            _detector!.OnRefused(other);
        }
    }

    public void Heal()
    {
        DiskSlowdown = 1;
        PausedUntil = 0;
        Disk.Hurry(_cluster.Now);
        Release(Incarnation);
    }

    private void Tick(uint life)
    {
        if (life != Incarnation || Core is null)
        {
            return;
        }

        _cluster.After(10_000, () => Tick(life));
        if (PausedUntil > _cluster.Now)
        {
            return;
        }

        var alive = _detector!.OnTick(Now, true, out var changed);
        if (alive is not null)
        {
            foreach (var member in _cluster.Configuration.All.Where(member => member != Id))
            {
                _cluster.Send(Id, member, alive);
            }
        }

        if (changed || alive is not null)
        {
            Post(new Reachable(_detector.Hears, true));
        }

        Post(new Ticked(new(Now.Microseconds)));
    }

    private void Pump(uint life)
    {
        if (life != Incarnation || Core is null)
        {
            return;
        }

        _pumping = false;
        var inputs = _inbox.ToArray();
        _inbox.Clear();
        foreach (var input in inputs)
        {
            Step(input);
        }

        Core.EndRound(Now, _effects);
        CarryOut();
    }

    private void Step(Input input)
    {
        if (input is Received { Message: Alive alive } received)
        {
            _detector!.On(received.From, alive, Now);
            return;
        }

        if (input is not Ticked)
        {
            _cluster.Trace.Add(_cluster.Now, Id, "takes", input);
        }

        if (input is FuzzSubmission submission)
        {
            Core!.Submit(submission.Entries, 1, _effects);
            return;
        }

        Core!.Step(input, Now, _effects);
    }

    private void CarryOut()
    {
        foreach (var happened in _effects.Events.Concat(_effects.EventsAfterWrite))
        {
            _cluster.Trace.Add(_cluster.Now, Id, "tells", happened);
            FuzzChecks.Holds(happened is not Diverged, "R28: diverged");
            if (happened is Standing standing)
            {
                _cluster.Checks.OnStanding(standing.Ballot);
            }
        }

        CheckAnswers(_effects.Sends);
        CheckAnswers(_effects.SendsAfterWrite);
        if (_effects.Writes.Count > 0)
        {
            var delay = 20 + _cluster.Random.Below(_cluster.Plan.DiskMicroseconds * DiskSlowdown);
            var life = Incarnation;
            var at = Disk.Append([.. _effects.Writes], _cluster.Now, delay);
            _cluster.After(at - _cluster.Now, () => Release(life));
        }

        if (_effects.SendsAfterWrite.Count > 0)
        {
            Disk.Hold([.. _effects.SendsAfterWrite]);
        }

        Deliver(_effects.Sends);
        Apply();
        foreach (var read in _effects.Reads)
        {
            OnBound(read);
        }

        if (_effects.FetchSnapshot is { } source)
        {
            Fetch(source);
        }

        _effects.Clear();
        Release(Incarnation);
    }

    private void Release(uint life)
    {
        if (life == Incarnation && Core is not null)
        {
            Deliver(Disk.Release(_cluster.Now));
        }
    }

    private void Deliver(IReadOnlyList<Envelope> envelopes)
    {
        foreach (var envelope in envelopes)
        {
            if (envelope.To == Id)
            {
                Post(new Received(Id, envelope.Message));
            }
            else
            {
                _cluster.Trace.Add(_cluster.Now, Id, "sends", envelope);
                _cluster.Send(Id, envelope.To, envelope.Message);
            }
        }
    }

    // I11: nothing is answered below a promise that ever was durable here.
    private void CheckAnswers(IReadOnlyList<Envelope> envelopes)
    {
        foreach (var (_, message) in envelopes)
        {
            var ballot = message switch
            {
                Promise promise => promise.Ballot,
                SyncAccepted accepted => accepted.Ballot,
                Accepted accepted => accepted.Ballot,
                HeartbeatAck ack => ack.Ballot,
                VotesReply reply => reply.Ballot,
                _ => Disk.Promised,
            };
            FuzzChecks.Holds(ballot >= Disk.Promised, $"I11: {Id} answers {message}, and had promised {Disk.Promised}");
        }
    }

    private void Apply()
    {
        FuzzChecks.Holds(_effects.Applies.Count == 0 || Learns, $"{Id} does not learn, and applies");
        foreach (var value in _effects.Applies)
        {
            Machine.Enqueue(value);
        }

        if (!_applying && !Machine.IsIdle)
        {
            _applying = true;
            var life = Incarnation;
            _cluster.After(_cluster.Random.Below(400), () => Execute(life));
        }
    }

    private void Execute(uint life)
    {
        if (life != Incarnation || Core is null)
        {
            return;
        }

        _applying = false;
        for (var count = 1 + _cluster.Random.Below(8); count > 0 && !Machine.IsIdle; count--)
        {
            if (Machine.ApplyNext() is { } applied)
            {
                _cluster.Checks.OnApplied(Id, applied, Machine.Chain);
                if (applied.Slot.Index % _cluster.Plan.Options.CheckpointSlots == 0)
                {
                    Post(new DigestTaken(applied.Slot, Machine.Chain, 0));
                }
            }
        }

        Post(new Executed(Machine.Applied, Machine.Time, LogTime.Never));
        FinishReads();
        var due = Machine.Applied.Index - Machine.Snapshot.Slot.Index >= _cluster.Plan.SnapshotSlots;
        if ((due || Core.RetainedBytes > _cluster.Plan.Options.LogBytesMax / 2)
            && Machine.Applied > Machine.Snapshot.Slot && !_saving)
        {
            _saving = true;
            _cluster.After(_cluster.Random.Below(50_000), () => Save(life));
        }

        Apply();
    }

    private void Save(uint life)
    {
        if (life == Incarnation && Core is not null)
        {
            _saving = false;
            Machine.Save();
            Post(new SnapshotSaved(Machine.Snapshot.Slot));
        }
    }

    private void Fetch(SnapshotSource source)
    {
        var life = Incarnation;
        _cluster.After(1000 + _cluster.Random.Below(200_000), () =>
        {
            if (life != Incarnation || Core is null)
            {
                return;
            }

            var from = _cluster.Find(source.From);
            var open = _cluster.IsOpen(source.From, Id) && _cluster.IsOpen(Id, source.From);
            if (from.Core is null || from.Machine.Snapshot.Slot < source.Slot || !open)
            {
                Post(new SnapshotFailed(source.From));
                return;
            }

            var snapshot = from.Machine.Snapshot;
            _cluster.Checks.OnInstalled(Id, snapshot.Slot, snapshot.Chain);
            Machine.Install(snapshot);
            Post(new SnapshotInstalled(snapshot.Slot, snapshot.Time, LogTime.Never));
            Post(new Executed(Machine.Applied, Machine.Time, LogTime.Never));
        });
    }

    private void OnBound(ReadBound read)
    {
        FuzzChecks.Holds(_reads.Remove(read.Id, out var asked), $"read {read.Id} was answered twice");
        if (read.Error == PaxosError.None)
        {
            _reading.Add((read, asked.Seen));
            FinishReads();
        }
    }

    private void FinishReads()
    {
        _reading.RemoveAll(reading =>
        {
            var (bound, seen) = reading;
            if (Machine.Applied < bound.Bound || !Learns)
            {
                return !Learns;
            }

            var leased = bound.LeaseUntil != default;
            var valid = !leased || Now < bound.LeaseUntil;
            FuzzChecks.Holds(
                !valid || Machine.Applied >= seen,
                $"I10: {Id} read {bound} at {Machine.Applied}, and a client had seen {seen} before");
            FuzzChecks.Holds(leased || bound.Bound >= seen,
                $"I10: {Id} has the bound {bound.Bound}, and a client had seen {seen} before");
            ReadsDone += valid ? 1 : 0;
            return true;
        });
    }
}

/// <summary>A client's entries, at the node that serves it.</summary>
internal sealed record FuzzSubmission(ReadOnlyMemory<byte> Entries) : Input;
