using System.Text;
using PaxosSM.Messages;

namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>The last events of a run, put into words only when somebody asks.</summary>
internal sealed class FuzzTrace
{
    private const int Kept = 100_000;
    private readonly Queue<(long At, NodeId Node, string What, object? Subject)> _events = new();

    public void Add(long at, NodeId node, string what, object? subject)
    {
        if (_events.Count == Kept)
        {
            _events.Dequeue();
        }

        _events.Enqueue((at, node, what, subject));
    }

    public string Tail(int count)
    {
        var text = new StringBuilder();
        foreach (var (at, node, what, subject) in _events.Skip(Math.Max(0, _events.Count - count)))
        {
            text.AppendLine($"{at / 1000.0,10:F3} {node} {what} {Describe(subject)}");
        }

        return text.ToString();
    }

    private static string Describe(object? subject) => subject switch
    {
        Received received => $"{Describe(received.Message)} from {received.From}",
        Envelope envelope => $"{Describe(envelope.Message)} to {envelope.To}",
        Reachable reachable => $"hears {string.Join(' ', reachable.Hears)} healthy {reachable.Healthy}",
        Promise promise => $"Promise {promise.Ballot} chosen {promise.ChosenThrough} last {promise.LastVoted} "
            + $"base {promise.SyncBase} view {promise.View} "
            + $"votes [{string.Join(' ', promise.Votes.Select(vote => $"{vote.Slot}:{vote.Value.Checksum:x8}"))}] "
            + $"faulty [{string.Join(' ', promise.Faulty)}]",
        Sync sync => $"Sync {sync.Ballot} base {sync.Base} {sync.View} [{string.Join(' ', sync.Suffix)}]",
        LearnReply reply => $"LearnReply {reply.First} x{reply.Values.Count} "
            + $"chosen {reply.ChosenThrough} snapshot {reply.Snapshot}",
        VotesReply reply => $"VotesReply {reply.Range} [{string.Join(' ', reply.Votes)}] "
            + $"dropped [{string.Join(' ', reply.Dropped)}]",
        _ => subject?.ToString() ?? string.Empty,
    };
}
