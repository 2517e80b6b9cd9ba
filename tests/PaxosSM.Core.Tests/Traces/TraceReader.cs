using PaxosSM.Messages;

namespace PaxosSM.Core.Tests.Traces;

/// <summary>Reads one message of a trace: its name, its ballot or slot, and <c>name=value</c> for the rest; what is
/// left out is zero.</summary>
internal sealed class TraceReader(string[] words)
{
    private readonly Dictionary<string, string> _named = words
        .Where(word => word.Contains('=')).ToDictionary(word => word.Split('=')[0], word => word.Split('=')[1]);

    public Message Read() => words[0] switch
    {
        "Prepare" => new Prepare(Ballot),
        "Promise" => ReadPromise(),
        "Refused" => new Refused(Ballot, TraceWords.BallotOf(Named("promised"))),
        "Sync" => ReadSync(),
        "SyncAccepted" => new SyncAccepted(Ballot, SlotNamed("base")),
        "Accept" => new Accept(Ballot, default, Second, ValueNamed("value"), SlotNamed("chosen"), SlotNamed("lane")),
        "Accepted" => new Accepted(Ballot, default, SlotNamed("from"), SlotNamed("through")),
        "Heartbeat" => new Heartbeat(
            Ballot, Number("nonce"), SlotNamed("chosen"), SlotNamed("sync"), SlotNamed("lane"),
                Named("lease") == "yes"),
        "HeartbeatAck" => new HeartbeatAck(
            Ballot, Number("nonce"), SlotNamed("highest"), Named("leased") == "yes", Named("synced") != "no"),
        "Chosen" => new Chosen(
            new(Ballot, Named("of") == "sync" ? Lane.Sync : default, SlotNamed("through")), SlotNamed("chosen")),
        "LearnRequest" => new LearnRequest(SlotNamed("from"), 1 << 20, Named("follow") == "yes"),
        "LearnReply" => new LearnReply(SlotNamed("first"), Values(null), SlotNamed("chosen"), SlotNamed("snapshot")),
        "VotesRequest" => new VotesRequest(Ballot, new(SlotNamed("from"), SlotNamed("through"))),
        "Canvass" => new Canvass(Number("round")),
        "CanvassReply" => new CanvassReply(
            Number("round"), Named("willing") != "no", _named.ContainsKey("promised")
                ? TraceWords.BallotOf(Named("promised")) : default),
        "ReadIndexRequest" => new ReadIndexRequest(Number("id"), false),
        "ReadIndexReply" => new ReadIndexReply(Number("id"), PaxosError.None, SlotNamed("bound"), default),
        _ => throw new FormatException($"no message is called {words[0]}"),
    };

    private Ballot Ballot => TraceWords.BallotOf(words[1]);

    private Slot Second => TraceWords.SlotOf(words[2]);

    private string Named(string name) => _named.GetValueOrDefault(name, string.Empty);

    private long Number(string name) => _named.TryGetValue(name, out var word) ? TraceWords.NumberOf(word) : 0;

    private Slot SlotNamed(string name) => _named.TryGetValue(name, out var word) ? TraceWords.SlotOf(word) : Slot.Zero;

    private Value ValueNamed(string name) => TraceWords.ValueOf(Named(name), null);

    private List<Value> Values(View? view) =>
        [.. from word in Named("values").Split(',', StringSplitOptions.RemoveEmptyEntries)
            select TraceWords.ValueOf(word, view)];

    private static View Deal(Ballot ballot, Slot start) =>
        new(ballot, start, [new(ballot.Proposer, ballot.Incarnation)]);

    private Sync ReadSync()
    {
        var view = Deal(Ballot, SlotNamed("start"));
        return new(Ballot, SlotNamed("base"), view, Values(view));
    }

    private Promise ReadPromise()
    {
        var last = _named.ContainsKey("last") ? TraceWords.BallotOf(Named("last")) : default;
        var view = last == default ? null : Deal(last, SlotNamed("start"));
        var slot = SlotNamed("chosen");
        List<Vote> votes = [];
        foreach (var word in Named("votes").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            slot = slot.Next;
            votes.Add(new(slot, last, TraceWords.ValueOf(word, view)));
        }

        return new(Ballot, SlotNamed("chosen"), last, SlotNamed("base"), view, votes, []);
    }
}
