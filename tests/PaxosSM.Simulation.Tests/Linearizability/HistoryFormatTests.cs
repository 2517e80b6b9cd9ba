using System.Text;
using FsCheck.Xunit;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>Histories as JSON lines.</summary>
public sealed class HistoryFormatTests
{
    private const string Header = """{"format":"paxossm-history","version":1}""";

    [Property(MaxTest = 200)]
    public void What_is_written_is_read_back(ulong seed)
    {
        var random = new SeededRandom(seed);
        var history = new History(Enumerable.Range(1, 20).Select(id => Any(random, id)));

        var lines = Write(history);
        var back = Read(lines);

        Assert.Equal(lines, Write(back));
        foreach (var (before, after) in history.Operations.Zip(back.Operations))
        {
            Assert.Equal(before.Input.ToArray(), after.Input.ToArray());
            Assert.Equal(before.Output.ToArray(), after.Output.ToArray());
            Assert.Equal(before.Repeats.Select(Flat), after.Repeats.Select(Flat));
            Assert.Equal(before, after with { Input = before.Input, Output = before.Output, Repeats = before.Repeats });
        }
    }

    [Fact]
    public void A_line_looks_like_the_page_says()
    {
        var history = Script.Of("0 5-10 read x -> a age=7 told=3 @2 by=n1.1");

        Assert.Equal(
            $$"""
            {{Header}}
            {"id":1,"client":0,"query":"maxAge","maxAge":7,"input":"cmVhZCB4","called":[5,0],"outcome":"succeeded",
            """
            + """
            "returned":[10,0],"output":"YQ==","slot":2,"age":3,"replica":"n1.1","says":"read x -> a"}

            """,
            Write(history, new TextModel()));
    }

    [Theory]
    [InlineData("""{"format":"other","version":1}""", "line 1")]
    [InlineData("""{"format":"paxossm-history","version":2}""", "line 1")]
    [InlineData(Header + "\nnot json", "line 2")]
    [InlineData(Header + "\n" + """{"id":1}""", "line 2")]
    [InlineData(
        Header + "\n" + """{"id":1,"client":0,"input":"","called":[1],"outcome":"unknown"}""", "line 2")]
    [InlineData(
        Header + "\n" + """{"id":1,"client":0,"input":"","called":[1,1],"outcome":"maybe"}""", "what is 'maybe'?")]
    [InlineData(
        Header + "\n" + """{"id":1,"client":0,"input":"","called":[9,1],"returned":[8,1],"outcome":"refused"}""",
        "before its call")]
    public void What_is_malformed_is_refused_and_says_where(string lines, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<FormatException>(() => Read(lines)).Message, StringComparison.Ordinal);

    private static Operation Any(SeededRandom random, int id)
    {
        var called = random.Below(100_000) - 50_000;
        var outcome = (OperationOutcome)random.Below(3);
        var succeeded = outcome == OperationOutcome.Succeeded;
        int? session = random.Below(2) == 0 ? (int)random.Below(9) : null;
        ReadConsistency[] kinds =
        [
            ReadConsistency.Linearizable, ReadConsistency.Lease, ReadConsistency.Local, ReadConsistency.Speculative,
            ReadConsistency.After(new(random.Below(99))), ReadConsistency.NoOlderThan(random.Below(TimeSpan.MaxValue)),
        ];
        var query = random.Below(2) == 0;
        return new()
        {
            Id = id,
            Client = (int)random.Below(9),
            Session = session,
            Sequence = session is null ? 0 : random.Below(99),
            IsQuery = query,
            Consistency = query ? kinds[random.Below(kinds.Length)] : default,
            Input = Bytes(random),
            Called = new(called, random.Below(99)),
            Returned = succeeded || random.Below(2) == 0 ? new(called + 1 + random.Below(99), random.Below(99)) : null,
            Outcome = outcome,
            Output = succeeded ? Bytes(random) : default,
            Slot = succeeded && random.Below(2) == 0 ? new(random.Below(long.MaxValue)) : null,
            Age = succeeded && random.Below(2) == 0 ? random.Below(TimeSpan.MaxValue) : null,
            Replica = succeeded && random.Below(2) == 0 ? "n\"1\u00e9<.3" : null,
            Repeats = succeeded && random.Below(2) == 0 ? [new(Bytes(random), new(7)), new(Bytes(random), null)] : [],
        };
    }

    private static byte[] Bytes(SeededRandom random) =>
        [.. Enumerable.Range(0, (int)random.Below(20)).Select(_ => (byte)random.Next())];

    private static (string, Slot?) Flat(RepeatedAnswer repeat) =>
        (Convert.ToHexString(repeat.Output.Span), repeat.Slot);

    private static string Write(History history, IModel? model = null)
    {
        using var stream = new MemoryStream();
        HistoryFormat.Write(history, stream, model);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static History Read(string lines)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(lines));
        return HistoryFormat.Read(stream);
    }
}
