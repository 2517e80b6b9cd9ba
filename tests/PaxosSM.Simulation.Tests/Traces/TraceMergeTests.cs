using System.Buffers;
using System.Text.Json;
using PaxosSM.Runtime.Tracing;
using PaxosSM.Testing.Traces;
using static PaxosSM.Simulation.Tests.Traces.TraceScript;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>Files of single nodes become one order again, whatever their clocks say.</summary>
public sealed class TraceMergeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("paxossm-merge-").FullName;

    private static TraceScript Good => Led().Choose(2, 22).Choose(3, 33)
        .Start(1, new()
        {
            Promised = B(1, 0),
            LastVoted = B(1, 0),
            View = Deal(B(1, 0), 2),
            ChosenThrough = new(2),
            Votes = [new(new(3), B(1, 0), 33)],
        })
        .TakeOver(B(2, 1, 2), 2, B(1, 0), [1, 2], 33, 2001)
        .VoteSync(B(2, 1, 2), 2, [33, 2001], 1, 2)
        .Count(B(2, 1, 2), Lane.Sync, 4);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Clocks_decide_nothing(int direction)
    {
        Write(Good.Events.Select(traced => traced with { At = 1000 + (direction * traced.At) }));

        var verdict = TraceMerge.CheckFolder(_folder, new(GroupId.Default, Members));

        Assert.Null(verdict.Problem);
        Assert.Equal(Good.Events.Count, verdict.Events);
    }

    [Fact]
    public void Half_a_line_at_the_end_is_what_a_killed_process_leaves()
    {
        Write(Good.Events);
        File.AppendAllText(Path.Combine(_folder, "n1.2.jsonl"), "{\"seq\":9,\"at\":");

        Assert.Null(TraceMerge.CheckFolder(_folder, new(GroupId.Default, Members)).Problem);
    }

    [Fact]
    public void Nonsense_is_named_with_its_file_and_line()
    {
        Write(Good.Events);
        File.AppendAllText(Path.Combine(_folder, "n2.1.jsonl"), "{\"seq\":9}\n");

        var lines = Good.Events.Count(traced => traced.Origin.Node.Value == 2) + 1;
        Assert.Contains(
            $"n2.1.jsonl:{lines}: \"at\" was expected",
            TraceMerge.CheckFolder(_folder, new(GroupId.Default, Members)).Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_event_that_breaks_a_rule_is_named_with_its_file_and_line()
    {
        var bad = Led().Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0).Count(B(1, 0), default, 2);
        Write(bad.Events);

        var verdict = TraceMerge.CheckFolder(_folder, new(GroupId.Default, Members));

        Assert.Equal("R7", verdict.Violation?.Rule);
        var line = bad.Events.Count(traced => traced.Origin.Node.Value == 0);
        Assert.Contains($"n0.1.jsonl:{line}: R7", verdict.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_whose_cause_nobody_told_is_named()
    {
        // Node 1's file lacks its vote, and what follows: the count of node 0 then has no quorum.
        var events = Led().Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0, 1).Count(B(1, 0), default, 2).Events;
        Write(events.Where(traced => traced.Origin.Node.Value != 1 || traced.Happened is not SlotVoted));

        Assert.Equal("R7", TraceMerge.CheckFolder(_folder, new(GroupId.Default, Members)).Violation?.Rule);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(IEnumerable<TraceEvent> events)
    {
        foreach (var life in events.GroupBy(traced => traced.Origin))
        {
            ArrayBufferWriter<byte> bytes = new();
            using Utf8JsonWriter json = new(bytes);
            foreach (var traced in life)
            {
                TraceLine.Write(bytes, json, in traced);
            }

            File.WriteAllBytes(Path.Combine(_folder, TraceFile.NameOf(life.Key)), bytes.WrittenSpan);
        }
    }
}
