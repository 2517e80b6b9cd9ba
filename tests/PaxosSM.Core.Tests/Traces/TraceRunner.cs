using System.Text;
using PaxosSM.Log;

namespace PaxosSM.Core.Tests.Traces;

/// <summary>Runs a trace: inputs at the margin, the effects that each must have below it, indented.</summary>
/// <remarks>
/// <code>
/// # R2 ...                          the rule or paper; the first line of every trace
/// replica 0 of PAL PAL PAL          the core under test and everybody's roles: proposer, acceptor, learner
/// optimistic                        from here on the machine takes values ahead of choice (R18)
/// at 200                            the clock, in milliseconds
/// tick                              time went by
/// hears 0 1                         the failure detector's opinion
/// from 1 Prepare b1.1.1             a message; b1.1.1 is round, proposer, incarnation
/// durable                           all writes so far are: what waited for them leaves, to this node itself too
/// submit x                          a client's command, here
/// read 7 / lease 7                  a client's read, here
/// executed 3 / saved 3              the executor's reports
/// restart                           a crash that keeps what was durable; damage N: and the Nth record can't be read
///   write ... / send 1 ... / after 1 ... / apply s2 x / ahead s3 y / take back / bound 7 s2 / fetch 1 s9
/// </code>
/// "after" is a message that leaves once the writes are durable. Events and log texts are no effects.
/// </remarks>
internal sealed class TraceRunner
{
    private readonly List<RecoveredRecord> _log = [];
    private readonly List<DurableWrite> _pending = [];
    private readonly List<Envelope> _held = [];
    private readonly StringBuilder _text = new();
    private Effects _effects = new(default);
    private Replica? _core;
    private ReplicaContext? _context;
    private Configuration? _configuration;
    private NodeId _self;
    private uint _incarnation;
    private long _now;

    /// <returns>The trace as it is played now.</returns>
    public static string Play(string script)
    {
        var runner = new TraceRunner();
        foreach (var line in script.Split('\n').Select(line => line.TrimEnd()))
        {
            if (!line.StartsWith("  ", StringComparison.Ordinal))
            {
                runner._text.Append(line).Append('\n');
                runner.Take(line);
            }
        }

        return runner._text.ToString().TrimEnd('\n') + "\n";
    }

    private Instant Now => new(_now * 1000);

    private void Take(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0] == "#")
        {
            return;
        }

        switch (words[0])
        {
            case "replica":
                Begin(words);
                break;
            case "at":
                _now = TraceWords.NumberOf(words[1]);
                break;
            case "optimistic":
                _context!.IsOptimistic = true;
                break;
            case "durable":
                MakeDurable();
                break;
            case "restart":
                _pending.Clear();
                _held.Clear();
                Start();
                break;
            case "damage":
                _log[(int)TraceWords.NumberOf(words[1])] = new(_log[(int)TraceWords.NumberOf(words[1])].Key, null);
                break;
            case "submit":
                _core!.Submit(Encoding.UTF8.GetBytes(words[1]), 1, _effects);
                EndRound();
                break;
            default:
                _core!.Step(InputOf(words), Now, _effects);
                EndRound();
                break;
        }
    }

    private static Input InputOf(string[] words) => words[0] switch
    {
        "tick" => new Ticked(LogTime.Zero),
        "hears" => new Reachable([.. from word in words[1..] select new NodeId((ushort)TraceWords.NumberOf(word))],
            true),
        "from" => new Received(new((ushort)TraceWords.NumberOf(words[1])), new TraceReader(words[2..]).Read()),
        "read" => new ReadRequested(TraceWords.NumberOf(words[1]), false),
        "lease" => new ReadRequested(TraceWords.NumberOf(words[1]), true),
        "executed" => new Executed(TraceWords.SlotOf(words[1]), LogTime.Zero, LogTime.Never),
        "saved" => new SnapshotSaved(TraceWords.SlotOf(words[1])),
        _ => throw new FormatException($"no input is called {words[0]}"),
    };

    private void Begin(string[] words)
    {
        List<Member> members = [];
        foreach (var word in words[3..])
        {
            var roles = (word.Contains('P') ? MemberRoles.Proposer : 0) | (word.Contains('A') ? MemberRoles.Acceptor
                : 0)
                | (word.Contains('L') ? MemberRoles.Learner : 0);
            members.Add(new(new((ushort)members.Count), $"n{members.Count}", string.Empty, roles, default));
        }

        _configuration = new(Epoch.First, members);
        _self = new((ushort)TraceWords.NumberOf(words[1]));
        Start();
    }

    private void Start()
    {
        _incarnation++;
        var options = new ProtocolOptions { TrimTailSlots = 0 };
        _effects = new(_self);
        _context = new(new(1), _self, _incarnation, _configuration!, options, 1);
        _core = new(_context, Slot.Zero, Now);
        _core.Recover(_log, _effects);
        foreach (var applied in _effects.Applies)
        {
            _text.Append($"  apply {applied.Slot} {TraceWords.Of(applied.Value)}\n");
        }

        _effects.Clear();
    }

    private void MakeDurable()
    {
        _log.AddRange(from write in _pending select new RecoveredRecord(RecordKey.Of(write), write));
        _pending.Clear();
        var own = _held.Where(envelope => envelope.To == _self).ToArray();
        _held.Clear();
        foreach (var envelope in own)
        {
            _core!.Step(new Received(_self, envelope.Message), Now, _effects);
        }

        EndRound();
    }

    private void EndRound()
    {
        _core!.EndRound(Now, _effects);
        foreach (var write in _effects.Writes)
        {
            _text.Append($"  write {TraceWords.Of(write)}\n");
        }

        foreach (var (to, message) in _effects.Sends)
        {
            _text.Append($"  send {to.Value} {TraceWords.Of(message)}\n");
        }

        foreach (var (to, message) in _effects.SendsAfterWrite)
        {
            _text.Append($"  after {to.Value} {TraceWords.Of(message)}\n");
        }

        foreach (var (slot, value) in _effects.Applies)
        {
            _text.Append($"  apply {slot} {TraceWords.Of(value)}\n");
        }

        if (_effects.TakesBack)
        {
            _text.Append("  take back\n");
        }

        foreach (var (slot, value) in _effects.Tentative)
        {
            _text.Append($"  ahead {slot} {TraceWords.Of(value)}\n");
        }

        foreach (var read in _effects.Reads)
        {
            _text.Append($"  bound {read.Id} {read.Error} {read.Bound} until={read.LeaseUntil}\n");
        }

        if (_effects.FetchSnapshot is { } source)
        {
            _text.Append($"  fetch {source.From.Value} {source.Slot}\n");
        }

        _pending.AddRange(_effects.Writes);
        _held.AddRange(_effects.SendsAfterWrite);
        _effects.Clear();
    }
}
