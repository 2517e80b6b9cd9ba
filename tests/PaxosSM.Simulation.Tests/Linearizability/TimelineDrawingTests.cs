using System.Xml.Linq;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>Histories as pictures.</summary>
public sealed class TimelineDrawingTests
{
    private const string Lines = """
        0 0-10 write x a -> ok @1
        0 11-30 write x b -> ok @2
        1 0-? write x c
        1 12-14! write x d
        1 40-50 read x -> a @2
        1 60-70 read x -> b @2
        """;

    [Fact]
    public void All_kinds_of_operations_are_drawn()
    {
        var chart = Chart(TimelineDrawing.Draw(Script.Of(Lines), new TextModel()));

        Assert.Equal(
            ["command", "command", "query", "query", "refused", "unknown"],
            Bars(chart).Select(bar => bar.Kind).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_violation_is_red_its_order_numbered_and_what_came_later_left_out()
    {
        var history = Script.Of(Lines);
        var violation = LinearizabilityChecker.Check(history, new TextModel()).Violation!;

        var page = TimelineDrawing.Draw(history, new TextModel(), violation);

        var chart = Chart(page);
        Assert.Equal([5], violation.Culprits);
        Assert.Single(Bars(chart), bar => bar.Kind == "culprit");
        Assert.Equal(violation.Order.Count, chart.Descendants().Count(each => each.Name.LocalName == "circle"));
        Assert.DoesNotContain(chart.Descendants(), each => each.Value.StartsWith("#6 ", StringComparison.Ordinal));
        Assert.Contains("here the answer would be b", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Bars_of_one_client_never_cover_each_other_and_hold_their_words()
    {
        var history = new Executions(200, 6, 3, 3, 5).Next(new(11));

        var bars = Bars(Chart(TimelineDrawing.Draw(history, new TextModel())));

        Assert.Equal(200, bars.Count);
        Assert.All(bars, bar => Assert.InRange(bar.Right - bar.Left, 40, int.MaxValue));
        foreach (var row in bars.GroupBy(bar => bar.Top))
        {
            var sorted = row.OrderBy(bar => bar.Left).ToList();
            Assert.All(sorted.Zip(sorted.Skip(1)), pair => Assert.True(pair.First.Right < pair.Second.Left));
        }
    }

    [Fact]
    public void Text_is_escaped()
    {
        var recorder = new HistoryRecorder(() => 0);
        recorder.BeginCommand(0, "write <b>&\" a"u8.ToArray());

        var page = TimelineDrawing.Draw(recorder.Capture(), new TextModel());

        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Contains("write &lt;b&gt;&amp;&quot; a", page, StringComparison.Ordinal);
        Assert.NotNull(Chart(page));
    }

    private static XElement Chart(string page)
    {
        var frame = page.IndexOf("class=\"chart\"", StringComparison.Ordinal);
        var start = page.IndexOf("<svg", frame, StringComparison.Ordinal);
        var end = page.LastIndexOf("</svg>", StringComparison.Ordinal);
        return XElement.Parse(page[start..(end + "</svg>".Length)]);
    }

    private static List<(string Kind, int Left, int Right, int Top)> Bars(XElement chart) =>
    [
        .. chart.Descendants()
            .Where(each => each.Name.LocalName == "rect" && each.Attribute("rx") is not null)
            .Select(each => (
                each.Attribute("class")!.Value,
                (int)each.Attribute("x")!,
                (int)each.Attribute("x")! + (int)each.Attribute("width")!,
                (int)each.Attribute("y")!)),
    ];
}
