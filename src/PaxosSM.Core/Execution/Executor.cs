using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Execution;

/// <summary>Applies chosen values to a machine: a function of the log alone, synchronous, with no clock of its
/// own.</summary>
/// <remarks>
/// <para>At each slot, in this order: the log's time rises to the value's stamp (R19); sessions whose time is over go
/// (R17); due timers fire, those of one slot bounded by <see cref="TimersPerSlotMax"/>, the rest at the next; then the
/// value's entries.</para>
/// <para>Threads: one at a time. A call that threw leaves an executor that must not be used any more.</para>
/// </remarks>
public sealed class Executor
{
    /// <summary>How many timers fire at one slot.</summary>
    public const int TimersPerSlotMax = 1 << 16;

    /// <summary>What stands before the executor's state in a snapshot: magic, version, length and checksum of the rest
    /// (4 each).</summary>
    public const int StateHeaderSize = 16;

    /// <summary>The oldest version of a state that is read: it tells nothing of epochs.</summary>
    internal const int StateVersionMin = 1;

    /// <summary>The version of a state that is written.</summary>
    internal const int StateVersion = 2;

    /// <summary>What a state begins with.</summary>
    internal const uint StateMagic = 0x534D_5358;
    private const int BytesKept = 1 << 20;
    private readonly SessionLimits _limits;
    private readonly Speculation? _speculation;
    private IResultSink _sink;
    private LogPosition _at = new(Slot.Zero, LogTime.Zero, HashChain.Seed);
    private readonly StateRecords? _records;
    private ArrayBufferWriter<byte> _result = new();
    private SessionTable _sessions;
    private TimerTable _timers = new();
    private ArrayBufferWriter<byte> _body = new();
    private bool _failed;

    /// <summary>An executor of an empty log.</summary>
    /// <param name="group">The group.</param>
    /// <param name="configuration">The members of the first epoch.</param>
    /// <param name="machine">The machine; nobody else calls it from now on.</param>
    /// <param name="results">Takes the results.</param>
    /// <param name="limits">The session table's limits: the same on every replica, always. Null for the
    /// defaults.</param>
    public Executor(
        GroupId group,
        Configuration configuration,
        IStateMachine machine,
        IResultSink results,
        SessionLimits? limits = null)
    {
        Group = group;
        Epoch = EpochStart.Genesis(configuration);
        Machine = machine;
        Results = _sink = results;
        _records = machine is IStoredStateMachine stored ? new(stored) : null;

        // What is not chosen has no place in a unit: a machine with a store of its own is given nothing ahead (R27).
        _speculation = machine is IOptimisticStateMachine optimistic && _records is null ? new(optimistic) : null;
        _limits = limits ?? new();
        _sessions = new(_limits);
        _records?.Watch(_sessions, _timers);
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>The machine.</summary>
    public IStateMachine Machine { get; }

    /// <summary>The history that genesis began, which every command is told until an epoch of another one begins (R33);
    /// known before the first is applied, and the same at all members.</summary>
    public Func<ForkId> Origin { get; init; } = () => ForkId.None;

    /// <summary>Whose a machine's own store is, in words: cluster, fork and disk; known before the first unit. One that
    /// is another's is refused (R27).</summary>
    public Func<string> StoreOwner { get; init; } = () => string.Empty;

    /// <summary>Whether the machine has a durable store of its own: then what was applied counts once
    /// <see cref="Commit"/> returned (R27).</summary>
    public bool IsStored => _records is not null;

    /// <summary>Whether a snapshot may replace the machine's state.</summary>
    public bool CanRestore => _records?.CanRestore ?? true;

    /// <summary>Where results go.</summary>
    public IResultSink Results { get; }

    /// <summary>The epoch that the next slot is of: how it began.</summary>
    public EpochStart Epoch { get; private set; }

    /// <summary>The last chosen slot applied.</summary>
    public Slot Applied => Chosen.Slot;

    /// <summary>The log's time there (R19).</summary>
    public LogTime Time => Chosen.Time;

    /// <summary>The hash chain over the applied values (R28).</summary>
    public ulong Chain => Chosen.Chain;

    /// <summary>Whether values may be executed before they are chosen (R18): the machine can take them back.</summary>
    public bool IsOptimistic => _speculation is not null;

    /// <summary>What the machine's state shows now, which may be ahead of <see cref="Applied"/> (R18).</summary>
    public QueryContext Reached => new(_at.Slot, _at.Time);

    /// <summary>The machine's digest of its state (R28); zero where it makes none. Only while nothing is
    /// speculated.</summary>
    public ulong Digest => Machine is IDigestibleStateMachine digestible ? digestible.Digest : 0;

    /// <summary>The earliest time that a timer or a session waits for (R19), always later than <see cref="Time"/>;
    /// never for none.</summary>
    public LogTime NextDeadline =>
        _speculation is { IsOpen: true } open ? open.Oldest.Deadline : DeadlineAhead;

    private LogTime DeadlineAhead
    {
        get
        {
            var expiry = _sessions.NextExpiry;
            var next = _timers.NextDue < expiry ? _timers.NextDue : expiry;

            // A timer that was set for a time gone by fires at the next slot: some time later than now is waited for,
            // any will do.
            return LogTime.Max(next, new(_at.Time.Microseconds + 1));
        }
    }

    private ForkId Fork => Epoch.Configuration.Fork is var fork && fork != ForkId.None ? fork : Origin();

    private StateHead Head => new(Group, Epoch, Applied, Time, Chain);

    private LogPosition Chosen => _speculation is { IsOpen: true } open ? open.Oldest.Before : _at;

    /// <summary>Applies the value chosen for the next slot. If that was done ahead of choice, it is confirmed; if
    /// another value was, all that was done ahead is taken back first (R18).</summary>
    /// <exception cref="ExecutionFailedException">The machine threw.</exception>
    /// <exception cref="InvariantViolationException">The slot is not the next one, or the executor failed
    /// before.</exception>
    public void Apply(Slot slot, Value value)
    {
        Invariant.Holds(!_failed);
        Invariant.Holds(slot == Applied.Next);
        if (_speculation is { IsOpen: true } open)
        {
            if (open.Oldest.Is(value))
            {
                Confirm(open);
                return;
            }

            TakeBack();
        }

        Execute(slot, value);
    }

    /// <summary>Executes, ahead of choice, what may be chosen for the slot after <see cref="Reached"/> (R18): sessions,
    /// timers and time as they will be if it is. Its results wait until <see cref="Apply"/> confirms it.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="value">What may be chosen for it.</param>
    /// <param name="tells">Whether its results are told as tentative; false when they were, and it is done
    /// again.</param>
    /// <exception cref="ExecutionFailedException">The machine threw.</exception>
    /// <exception cref="InvariantViolationException">The slot is not the next one; the value is no commands and no
    /// skip; or the machine can't take back.</exception>
    public void Speculate(Slot slot, Value value, bool tells = true)
    {
        Invariant.Holds(!_failed);
        Invariant.Holds(_speculation is not null && slot == _at.Slot.Next);

        // Views and stops change what all that follows depends on; they are few, and worth waiting for.
        Invariant.Holds(value.Kind is ValueKind.Commands or ValueKind.Skip);
        SpeculatedSlot speculated = new(value, _at, DeadlineAhead, tells ? Results : null);
        var (sessions, timers) = (_speculation!.Sessions.Count, _speculation.Timers.Count); // checked
        Call(slot, "its mark", () => _speculation.Machine.Mark(slot));
        (_sink, _sessions.Undo, _timers.Undo) = (speculated, _speculation.Sessions, _speculation.Timers);
        Execute(slot, value);
        (_sink, _sessions.Undo, _timers.Undo) = (Results, null, null);
        speculated.SessionChanges = _speculation.Sessions.Count - sessions;
        speculated.TimerChanges = _speculation.Timers.Count - timers;
        _speculation.Add(speculated);
    }

    /// <summary>Takes back all that was done ahead of choice: the machine's state is that of <see cref="Applied"/>
    /// again.</summary>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="ExecutionFailedException">The machine threw.</exception>
    public bool TakeBack()
    {
        if (_speculation is not { IsOpen: true } open)
        {
            return false;
        }

        var before = open.Oldest.Before;
        _sessions.TakeBack(open.Sessions);
        _timers.TakeBack(open.Timers);
        Call(before.Slot.Next, "its rollback", () => open.Machine.Rollback(before.Slot));
        open.Clear();
        _at = before;
        return true;
    }

    /// <summary>Makes what was applied durable in the machine's own store (R27); nothing to do where it has
    /// none.</summary>
    /// <exception cref="ExecutionFailedException">The machine threw; what the unit was to hold is applied again after
    /// the next start.</exception>
    public void Commit()
    {
        if (_records is not null)
        {
            Invariant.Holds(!_failed);
            Call(Applied, "the commit of its own store", CommitRecords);
        }
    }

    private void CommitRecords() => _records!.Commit(Head, StoreOwner(), _sessions, _timers); // Commit found them

    /// <summary>Takes over what the machine's own store holds; false when that is nothing.</summary>
    /// <exception cref="FormatException">It is damaged, or another's; nothing was changed.</exception>
    public bool TryReadStore()
    {
        if (_records?.Read(Group, StoreOwner(), _limits) is not { } held)
        {
            return false;
        }

        (_at, Epoch) = (new(held.Head.Applied, held.Head.Time, held.Head.Chain), held.Head.Epoch);
        (_sessions, _timers) = (held.Sessions, held.Timers);
        return true;
    }

    /// <summary>Writes everything but the machine; equal states give equal bytes.</summary>
    /// <remarks>
    /// Little-endian: magic (4), version (4), length of what follows the header (4), its CRC-32C (4); group (8), epoch
    /// (4), slot (8), log time (8), chain (8), where the epoch began: the slot (8), the stop's checksum (4), the length
    /// of the configuration (4), the configuration; the session table, the timers. Version 1 has nothing of where the
    /// epoch began: it is the first.
    /// </remarks>
    public void WriteState(IBufferWriter<byte> destination)
    {
        Invariant.Holds(_speculation is not { IsOpen: true });
        _body.ResetWrittenCount();
        var writer = new StateWriter(_body);
        Head.Write(ref writer);
        _sessions.Write(ref writer);
        _timers.Write(ref writer);
        StateHead.WriteBody(destination, StateVersion, _body.WrittenSpan);
        _body = _body.Capacity > BytesKept ? new() : _body;
    }

    /// <summary>Takes over what <see cref="WriteState"/> wrote, header included. The machine must be restored to the
    /// same slot.</summary>
    /// <exception cref="FormatException">It is damaged, or not for this replica; nothing was changed.</exception>
    public void ReadState(ReadOnlySpan<byte> state)
    {
        Invariant.Holds(_speculation is not { IsOpen: true });
        var reader = new StateReader(StateHead.CheckedBody(state, out var version));
        var head = StateHead.Read(ref reader, version, Epoch);
        StateReader.Require(head.Group == Group, $"it is of group {head.Group}, not {Group}");
        var sessions = SessionTable.Read(ref reader, _limits);
        var timers = TimerTable.Read(ref reader);
        StateReader.Require(reader.IsAtEnd, "something follows it");
        _at = new(head.Applied, head.Time, head.Chain);
        Epoch = head.Epoch;
        _sessions = sessions;
        _timers = timers;
        _records?.Replace(_sessions, _timers);
    }

    /// <summary>Tells the results that a state brought which replaced this one: what it covers was not applied here, so
    /// nobody who waits here was answered.</summary>
    public void TellKept() => KeptResults.Tell(_sessions, Applied, Results);

    private void Execute(Slot slot, Value value)
    {
        _failed = true;
        _timers.AllowUse(true);
        _at = _at with { Time = LogTime.Max(_at.Time, value.Stamp) };
        if (!value.IsPass)
        {
            // A passed turn changes nothing, timers that are due included: reads need not wait for it (R20a).
            _sessions.Expire(_at.Time);
            FireTimers(slot);
        }

        switch (value.Kind)
        {
            case ValueKind.Commands:
                ApplyBatch(slot, value.Payload);
                break;
            case ValueKind.View:
                ObserveView(slot, value.Payload.Span);
                break;
            case ValueKind.Skip:
                break;
            case ValueKind.Stop:
                ObserveStop(slot, value);
                break;
            default:
                throw new UnreachableException($"a chosen value of unknown kind {value.Kind} at {slot}");
        }

        _at = new(slot, _at.Time, HashChain.Next(_at.Chain, slot, value));
        _timers.AllowUse(false);
        _failed = false;
    }

    private void Confirm(Speculation open)
    {
        var slot = open.Oldest.Slot;
        Call(slot, "its confirmation", () => open.Machine.Confirm(slot));
        open.Confirm().TellResults(Results);
    }

    private void Call(Slot slot, string what, Action call)
    {
        _failed = true;
        try
        {
            call();
        }
        catch (Exception exception)
        {
            throw new ExecutionFailedException(slot, what, exception);
        }

        _failed = false;
    }

    private void FireTimers(Slot slot)
    {
        for (var fired = 0; fired < TimersPerSlotMax && _timers.TryTakeDue(_at.Time, out var id); fired++)
        {
            if (Machine is not ITimedStateMachine timed)
            {
                continue;
            }

            // They come before the slot's first command, and each needs a place of its own for outbox tokens (R27): -1,
            // -2, ...
            var context = ContextOf(slot, -1 - fired, SessionId.None, 0);
            try
            {
                timed.OnTimer(in context, id);
            }
            catch (Exception exception)
            {
                throw new ExecutionFailedException(slot, $"timer {id}", exception);
            }
        }
    }

    private void ObserveView(Slot slot, ReadOnlySpan<byte> payload)
    {
        if (Machine is not IViewObserver observer || ViewCodec.Decode(payload) is not { } view)
        {
            return;
        }

        Observe(observer, slot, Epoch.Configuration.NameOf(view.Ballot.Proposer));
    }

    // R16: after the last command of the old view, and before the first of the new one.
    private void ObserveStop(Slot slot, Value value)
    {
        if (Reconfiguration.Stop.NextAfter(Epoch.Epoch, slot, value) is not { } next)
        {
            return;
        }

        if (next.Configuration.Fork != Epoch.Configuration.Fork)
        {
            _sessions.Enter(next);
        }

        Epoch = next;
        if (Machine is IViewObserver observer)
        {
            Observe(observer, slot, string.Empty);
        }
    }

    private void Observe(IViewObserver observer, Slot slot, string leader)
    {
        var configuration = Epoch.Configuration;
        var seen = new ClusterView(
            configuration.Epoch.Number, leader, [.. configuration.Members.Select(member => member.Name)]);
        var context = ContextOf(slot, 0, SessionId.None, 0);
        try
        {
            observer.OnView(in context, seen);
        }
        catch (Exception exception)
        {
            throw new ExecutionFailedException(slot, "its view", exception);
        }
    }

    // A proposer checks what it takes from clients. If a malformed entry is chosen all the same, nothing tells where
    // the next one begins: every replica stops reading at the same byte, and the rest is void.
    private void ApplyBatch(Slot slot, ReadOnlyMemory<byte> batch)
    {
        for (var index = 0; CommandEntry.TryRead(ref batch, out var entry); index++)
        {
            switch (entry.Kind)
            {
                case EntryKind.Command when !Epoch.Configuration.Takes(EntryKind.Command):
                    // No proposer takes one for a wedged epoch: whatever a program that is wrong has chosen all the
                    // same, no machine sees it, and the session is as it was.
                    Tell(slot, in entry, PaxosError.Wedged);
                    break;
                case EntryKind.Command:
                    ApplyCommand(slot, index, in entry);
                    break;
                case EntryKind.OpenSession:
                    OpenSession(slot, in entry);
                    break;
                case EntryKind.KeepAlive:
                    Tell(slot, in entry, _sessions.KeepAlive(entry.Session, entry.AcknowledgedThrough, _at.Time));
                    break;
                case EntryKind.CloseSession:
                    Tell(slot, in entry, _sessions.Close(entry.Session));
                    break;
                default:
                    Tell(slot, in entry, PaxosError.BadRequest);
                    break;
            }
        }
    }

    private void ApplyCommand(Slot slot, int index, in CommandEntry entry)
    {
        entry.LayOut(out var command);
        var error = _sessions.Admit(in entry, _at.Time, out var session, out var isRepeat);
        if (session is null || error != PaxosError.None)
        {
            var resendFrom = error == PaxosError.SessionGap ? session!.Highest + 1 : 0; // a gap is in a session
            _sink.OnResult(entry.Session, entry.Sequence, error, resendFrom, slot, default);
            return;
        }

        if (isRepeat)
        {
            var kept = session.Results.TryFind(entry.Sequence, out var appliedAt, out var result);
            Invariant.Holds(kept);
            _sink.OnResult(entry.Session, entry.Sequence, PaxosError.None, 0, appliedAt, result);
            return;
        }

        try
        {
            Machine.Apply(ContextOf(slot, index, entry.Session, entry.Sequence), command, _result);
        }
        catch (Exception exception)
        {
            throw new ExecutionFailedException(slot, $"command {index} ({entry.Session} #{entry.Sequence})", exception);
        }

        _sessions.Complete(session, entry.Sequence, slot, _result.WrittenSpan);
        _sink.OnResult(entry.Session, entry.Sequence, PaxosError.None, 0, slot, _result.WrittenSpan);
        _result.ResetWrittenCount();
        if (_result.Capacity > BytesKept)
        {
            _result = new();
        }
    }

    private void OpenSession(Slot slot, in CommandEntry entry)
    {
        var payload = entry.Payload.Span;
        var nonce = payload.Length < sizeof(long) ? 0 : BinaryPrimitives.ReadInt64LittleEndian(payload);
        var readable = SessionRequest.TryRead(payload, out var request);
        if (!readable || !Epoch.Configuration.Takes(EntryKind.OpenSession))
        {
            _sink.OnResult(
                SessionId.None, nonce, readable ? PaxosError.Wedged : PaxosError.BadRequest, 0, slot, default);
            return;
        }

        var error = _sessions.Open(in request, _at.Time, out var id);
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, id.Value);
        _sink.OnResult(SessionId.None, nonce, error, 0, slot, error == PaxosError.None ? number : default);
    }

    private void Tell(Slot slot, in CommandEntry entry, PaxosError error) =>
        _sink.OnResult(entry.Session, entry.Sequence, error, 0, slot, default);

    private CommandContext ContextOf(Slot slot, int index, SessionId session, long sequence) =>
        new(Group, slot, index, _at.Time, session, sequence, _timers) { Fork = Fork, Epoch = Epoch.Epoch };
}
