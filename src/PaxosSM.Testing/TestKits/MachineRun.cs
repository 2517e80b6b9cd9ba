using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using PaxosSM.Execution;

namespace PaxosSM.Testing.TestKits;

/// <summary>A machine in the hands of the executor that production runs, and what could be seen of it.</summary>
internal sealed class MachineRun : IResultSink
{
    private static readonly Configuration Members = new(
        Epoch.First,
        [
            .. from place in Enumerable.Range(0, MachineStep.Members)
               let name = ((char)('a' + place)).ToString()
               select new Member(new((ushort)place), name, $"{name}:1", MemberRoles.All, StorageId.None),
        ]);

    // The group, the epoch, the slot, the time and the hash chain come first: they say what the log was.
    private const int SessionsStart = Executor.StateHeaderSize + 36;
    private readonly Executor _executor;
    private readonly List<Sight> _sights = [];
    private readonly SortedDictionary<(long Session, long Sequence), byte[]> _results;
    private byte[] _result = [];

    private MachineRun(IStateMachine machine, SortedDictionary<(long Session, long Sequence), byte[]> results)
    {
        _executor = new(GroupId.Default, Members, machine, this);
        _results = results;
    }

    /// <summary>What was seen so far: results and answers, in order.</summary>
    public IReadOnlyList<Sight> Sights => _sights;

    /// <summary>A result that was told again, and was another then; null while there is none.</summary>
    public Difference? Contradiction { get; private set; }

    /// <summary>A machine at the beginning of the log.</summary>
    public static MachineRun Start(IStateMachine machine)
    {
        var run = new MachineRun(machine, []);
        run._executor.Apply(new(1), ScriptLog.Opening);
        return run;
    }

    /// <summary>A machine that goes on where another one was.</summary>
    /// <param name="machine">The machine, whatever its state.</param>
    /// <param name="saved">What the other one saved.</param>
    /// <param name="before">Whose results the clients remember; null for nobody's.</param>
    public static MachineRun Restore(IStateMachine machine, SavedState saved, MachineRun? before = null)
    {
        var run = new MachineRun(machine, before?._results ?? []);
        using var pieces = new PiecewiseStream(saved.Machine);
        machine.RestoreAsync(pieces, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        run._executor.ReadState(saved.Executor);
        return run;
    }

    /// <summary>All that can be seen of a machine in the course of a log, and at its end.</summary>
    public static IReadOnlyList<Sight> Observe(IStateMachine machine, IEnumerable<LoggedStep> log)
    {
        var run = Start(machine);
        run.PlayAll(log);
        return run.Finish();
    }

    /// <summary>Lets the steps happen.</summary>
    public void PlayAll(IEnumerable<LoggedStep> log)
    {
        foreach (var step in log)
        {
            Play(step);
        }
    }

    /// <summary>Lets a step happen.</summary>
    public void Play(LoggedStep logged)
    {
        if (logged.Step is QueryStep query)
        {
            _sights.Add(new($"the answer of step {logged.Number}", Ask(query)));
            return;
        }

        _executor.Apply(_executor.Applied.Next, logged.Value!);
        if (logged.Step is CommandStep)
        {
            _sights.Add(new($"the result of step {logged.Number}", _result));
        }
    }

    /// <summary>Lets steps happen ahead of choice (R18), as many of them as a replica would: up to a view.</summary>
    public void Guess(IEnumerable<LoggedStep> steps)
    {
        var next = _executor.Reached.Slot.Next;
        foreach (var value in steps.Select(step => step.Value).OfType<Value>()
            .TakeWhile(value => value.Kind is ValueKind.Commands or ValueKind.Skip))
        {
            _executor.Speculate(next, value);
            next = next.Next;
        }
    }

    /// <summary>Takes back what happened ahead of choice.</summary>
    public void TakeBack() => _executor.TakeBack();

    /// <summary>What the machine answers, if only by an exception.</summary>
    public byte[] Ask(QueryStep query)
    {
        TakeBack();
        var answer = new ArrayBufferWriter<byte>();
        var context = new QueryContext(_executor.Applied, _executor.Time);
        try
        {
            _executor.Machine.Query(in context, new(query.Payload.Bytes), answer);
        }
        catch (Exception exception)
        {
            // A replica tells the asker, and goes on.
            return Encoding.UTF8.GetBytes($"{exception.GetType().Name}: {exception.Message}");
        }

        return answer.WrittenSpan.ToArray();
    }

    /// <summary>Adds what can be seen at the end.</summary>
    public IReadOnlyList<Sight> Finish()
    {
        var saved = Save();
        var digest = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(digest, _executor.Digest);
        _sights.Add(new("the snapshot at the end", saved.Machine));
        _sights.Add(new("the digest at the end", digest));
        _sights.Add(new("the sessions and timers at the end", saved.Executor[SessionsStart..]));
        return _sights;
    }

    /// <summary>Captures the machine's state.</summary>
    public ISnapshotWriter BeginSnapshot()
    {
        TakeBack();
        return _executor.Machine.BeginSnapshot();
    }

    /// <summary>The machine's state as its snapshot writes it.</summary>
    public byte[] Snapshot()
    {
        using var captured = BeginSnapshot();
        return Write(captured);
    }

    /// <summary>Writes a captured state.</summary>
    public static byte[] Write(ISnapshotWriter captured)
    {
        using var bytes = new MemoryStream();
        captured.WriteAsync(bytes, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return bytes.ToArray();
    }

    /// <summary>All that a replica writes into a snapshot.</summary>
    public SavedState Save() => new(Snapshot(), ExecutorState());

    void IResultSink.OnResult(
        SessionId session, long sequence, PaxosError error, long detail, Slot slot, ReadOnlySpan<byte> result)
    {
        // Entries that come too early are refused, and those that only keep a session alive have no number.
        if (session == SessionId.None || sequence == 0 || error == PaxosError.SessionGap)
        {
            return;
        }

        if (error != PaxosError.None)
        {
            throw new UnreachableException($"{session} #{sequence}: {error}");
        }

        var bytes = result.ToArray();
        if (!_results.TryAdd((session.Value, sequence), bytes))
        {
            Contradiction ??= Difference.Between(
                $"the result of client {session.Value - 1}'s command {sequence}",
                "told first", _results[(session.Value, sequence)], "told again", bytes);
        }

        _result = bytes;
    }

    void IResultSink.OnRoundEnd()
    {
        // Results are looked at as they come.
    }

    private byte[] ExecutorState()
    {
        var state = new ArrayBufferWriter<byte>();
        _executor.WriteState(state);
        return state.WrittenSpan.ToArray();
    }
}

/// <summary>What a replica writes into a snapshot.</summary>
/// <param name="Machine">The machine's bytes.</param>
/// <param name="Executor">The sessions, the timers, the place in the log.</param>
internal sealed record SavedState(byte[] Machine, byte[] Executor);
