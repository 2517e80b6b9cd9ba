using System.Globalization;
using System.Text;
using PaxosSM.Log;
using PaxosSM.Messages;

namespace PaxosSM.Core.Tests.Traces;

/// <summary>How values, messages and records are spelled in a trace.</summary>
internal static class TraceWords
{
    public static string Of(Message message) => message switch
    {
        Promise m => $"Promise {m.Ballot} chosen={m.ChosenThrough} last={m.LastVoted} "
            + $"base={m.SyncBase} view={OfView(m.View)} "
            + $"votes={Join(m.Votes.Select(vote => $"{vote.Slot}:{Of(vote.Value)}"))} faulty={Join(m.Faulty)}",
        Sync m => $"Sync {m.Ballot} base={m.Base} start={m.View.Start} values={Join(m.Suffix.Select(Of))}",
        Accept m => $"Accept {m.Ballot} {m.Slot} value={Of(m.Value)} chosen={m.ChosenThrough} lane={m.LaneThrough}",
        Chosen m => $"Chosen {m.Mark} chosen={m.ChosenThrough}",
        LearnReply m => $"LearnReply {m.First} values={Join(m.Values.Select(Of))} "
            + $"chosen={m.ChosenThrough} snapshot={m.Snapshot}",
        VotesReply m => $"VotesReply {m.Ballot} {m.Range} "
            + $"votes={Join(m.Votes.Select(vote => $"{vote.Slot}:{vote.Ballot}:{Of(vote.Value)}"))} "
            + $"dropped={Join(m.Dropped)} faulty={Join(m.Faulty)}",
        Submit m => $"Submit {Encoding.UTF8.GetString(m.Entries.Span)}",
        Heartbeat m => $"Heartbeat {m.Ballot} nonce={m.Nonce} chosen={m.ChosenThrough} "
            + $"sync={m.Sync} lane={m.LaneThrough} lease={m.WantsLease}",
        HeartbeatAck m => $"HeartbeatAck {m.Ballot} nonce={m.Nonce} highest={m.Highest} "
            + $"leased={m.Leased} synced={m.Synced}",
        Accepted m => $"Accepted {m.Ballot} {m.From}..{m.Through}",
        SyncAccepted m => $"SyncAccepted {m.Ballot} base={m.Base}",
        _ => message.ToString().Replace("{ ", string.Empty, StringComparison.Ordinal)
            .Replace(" }", string.Empty, StringComparison.Ordinal),
    };

    public static string Of(DurableWrite write) => write switch
    {
        PromiseWrite w => $"promise {w.Ballot}",
        SyncWrite w => $"sync {w.Ballot} base={w.Base} start={w.View.Start} values={Join(w.Suffix.Select(Of))}",
        VoteWrite w => $"vote {w.Ballot} {w.Slot} value={Of(w.Value)} chosen={w.ChosenThrough} lane={w.LaneThrough}",
        ChosenThroughWrite w => $"chosen-through {w.ChosenThrough}",
        LearnedWrite w => $"learned {w.Slot} value={Of(w.Value)}",
        CheckpointWrite w =>
            $"checkpoint promised={w.Promised} last={w.LastVoted} "
            + $"base={w.SyncBase} chosen={w.ChosenThrough} floor={w.TrimmedTo}",
        _ => throw new ArgumentOutOfRangeException(nameof(write)),
    };

    public static string Of(Value value) => value.Kind switch
    {
        ValueKind.View => "VIEW",
        ValueKind.Skip => "SKIP",
        _ => Encoding.UTF8.GetString(value.Payload.Span),
    };

    public static Ballot BallotOf(string word)
    {
        var parts = word[1..].Split('.');
        return new(NumberOf(parts[0]), new((ushort)NumberOf(parts[1])), (uint)NumberOf(parts[2]));
    }

    public static Slot SlotOf(string word) => new(NumberOf(word.TrimStart('s')));

    public static long NumberOf(string word) => long.Parse(word, CultureInfo.InvariantCulture);

    public static Value ValueOf(string word, View? view) => word switch
    {
        "VIEW" => new(ValueKind.View, LogTime.Zero, ViewCodec.Encode(view!)),
        "SKIP" => new(ValueKind.Skip, LogTime.Zero, default),
        _ => new(ValueKind.Commands, LogTime.Zero, Encoding.UTF8.GetBytes(word)),
    };

    private static string OfView(View? view) => view is null ? "-" : $"{view.Ballot}@{view.Start}";

    private static string Join<T>(IEnumerable<T> parts) => $"[{string.Join(',', parts)}]";
}
