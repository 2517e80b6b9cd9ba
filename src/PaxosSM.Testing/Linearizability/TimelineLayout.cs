namespace PaxosSM.Testing.Linearizability;

/// <summary>Where each operation of a drawing goes.</summary>
internal sealed class TimelineLayout
{
    /// <summary>How high a bar is.</summary>
    public const int BarHeight = 34;

    private const int LabelsWidth = 90;
    private const int TopHeight = 24;
    private const int LaneHeight = BarHeight + 6;
    private const int EventGap = 10;
    private const int CharacterWidth = 8;
    private const int ShownLengthMax = 32;
    private const int TickGapMin = 160;

    public TimelineLayout(IReadOnlyList<Operation> operations, IModel model)
    {
        TimelineBar[] bars =
        [
            .. operations.Select(operation => new TimelineBar(
                operation, model.DescribeInput(operation.Input, operation.IsQuery), AnswerOf(operation, model))),
        ];
        Width = PlaceEvents(bars) + (EventGap * 2);
        foreach (var bar in bars.Where(bar => bar.Right == 0))
        {
            bar.Right = Width;
        }

        Height = PlaceRows(bars);
        Bars = bars;
    }

    /// <summary>The operations.</summary>
    public IReadOnlyList<TimelineBar> Bars { get; }

    /// <summary>The clients' rows.</summary>
    public List<(int Client, int Top, int Height)> Rows { get; } = [];

    /// <summary>Where which time is.</summary>
    public List<(int X, long Microseconds)> Ticks { get; } = [];

    /// <summary>How wide all is.</summary>
    public int Width { get; }

    /// <summary>How high all is.</summary>
    public int Height { get; }

    /// <summary>A text that fits into a bar.</summary>
    public static string Shorten(string text) =>
        text.Length <= ShownLengthMax ? text : $"{text[..(ShownLengthMax - 3)]}...";

    private static string AnswerOf(Operation operation, IModel model) => operation.Outcome switch
    {
        OperationOutcome.Succeeded => model.DescribeOutput(operation.Input, operation.IsQuery, operation.Output),
        OperationOutcome.Refused => "refused",
        _ => "unknown",
    };

    private static int WidthOf(TimelineBar bar)
    {
        var characters = Math.Max(Shorten(bar.Input).Length, Shorten(bar.Answer).Length);
        return (characters * CharacterWidth) + 34;
    }

    // Event by event, in the order of time; a return is never nearer to its call than the words are wide.
    private int PlaceEvents(TimelineBar[] bars)
    {
        var calls = bars.Select(bar => (At: bar.Operation.Called, IsReturn: false, Bar: bar));
        var returns = bars
            .Where(bar => bar.Operation is { Outcome: not OperationOutcome.Unknown, Returned: not null })
            .Select(bar => (At: bar.Operation.Returned!.Value, IsReturn: true, Bar: bar));
        var x = LabelsWidth;
        var tick = int.MinValue / 2;
        var events = calls.Concat(returns).OrderBy(each => each.At).ThenBy(each => each.IsReturn);
        foreach (var (at, isReturn, bar) in events)
        {
            x += EventGap;
            if (isReturn)
            {
                x = Math.Max(x, bar.Left + WidthOf(bar));
                bar.Right = x;
            }
            else
            {
                bar.Left = x;
            }

            if (x - tick >= TickGapMin)
            {
                Ticks.Add((x, at.Microseconds));
                tick = x;
            }
        }

        var open = bars.Where(bar => bar.Right == 0).Select(bar => bar.Left + WidthOf(bar));
        return open.Append(x).Max();
    }

    private int PlaceRows(TimelineBar[] bars)
    {
        var top = TopHeight;
        foreach (var client in bars.GroupBy(bar => bar.Operation.Client).OrderBy(group => group.Key))
        {
            List<int> lanes = [];
            foreach (var bar in client.OrderBy(bar => bar.Left))
            {
                var lane = lanes.FindIndex(right => right < bar.Left);
                if (lane < 0)
                {
                    lane = lanes.Count;
                    lanes.Add(0);
                }

                lanes[lane] = bar.Right;
                bar.Top = top + 3 + (lane * LaneHeight);
            }

            Rows.Add((client.Key, top, lanes.Count * LaneHeight));
            top += lanes.Count * LaneHeight;
        }

        return top;
    }
}

/// <summary>An operation in a drawing.</summary>
internal sealed class TimelineBar(Operation operation, string input, string answer)
{
    public Operation Operation { get; } = operation;

    public string Input { get; } = input;

    public string Answer { get; } = answer;

    public int Left { get; set; }

    public int Right { get; set; }

    public int Top { get; set; }
}
