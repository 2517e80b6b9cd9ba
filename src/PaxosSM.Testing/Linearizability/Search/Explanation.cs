using System.Globalization;
using System.Text;

namespace PaxosSM.Testing.Linearizability.Search;

/// <summary>Says why there is no order.</summary>
/// <remarks>Nothing that was called after the first return that no order reaches can matter: up to there the history is
/// wrong already.</remarks>
internal sealed class Explanation(OrderSearch search, IModel model, string? partition)
{
    private const int ShownMax = 12;
    private readonly int[] _order = OrderOf(search);
    private readonly HashSet<int> _placed = [.. OrderOf(search)];
    private readonly StringBuilder _text = new();
    private readonly List<long> _culprits = [];

    /// <summary>The violation.</summary>
    public HistoryViolation Write(string rule)
    {
        var state = model.Initial;
        foreach (var item in _order)
        {
            var operation = search.Items[item].Operation;
            state = model.Step(state, operation.Input, operation.IsQuery).Next;
        }

        var end = search.Items[search.Blocked].Return;
        var relevant = Enumerable.Range(0, search.Items.Count).Where(item => search.Items[item].Call <= end).ToList();
        var open = relevant.Where(item => !_placed.Contains(item)).OrderBy(item => item != search.Blocked).ToList();
        Add($"{(partition is null ? "all" : $"part {partition}")}: {_order.Length} operations can be ordered, ");
        Add($"but then none can be next, and #{search.Items[search.Blocked].Operation.Id} must be:\n");
        foreach (var item in open.Take(ShownMax))
        {
            Add($"  {Say(search.Items[item].Operation)}: {WhyNot(search.Items[item], state)}\n");
        }

        Add("after\n");
        foreach (var item in _order.Skip(_order.Length - ShownMax))
        {
            Add($"  {Say(search.Items[item].Operation)}\n");
        }

        return new(rule, _text.ToString(), _culprits)
        {
            Partition = partition,
            Order = [.. _order.Select(item => search.Items[item].Operation.Id)],
            Operations = [.. relevant.Select(item => search.Items[item].Operation).OrderBy(each => each.Called)],
        };
    }

    // What may be left out, and had nothing after it, was tried in vain.
    private static int[] OrderOf(OrderSearch search)
    {
        var length = search.Longest.Count;
        while (length > 0 && search.Items[search.Longest[length - 1]].Return is null)
        {
            length--;
        }

        return [.. search.Longest.Take(length)];
    }

    private string WhyNot(SearchItem item, object state)
    {
        var operation = item.Operation;
        if (item.Predecessor >= 0 && !_placed.Contains(item.Predecessor))
        {
            return $"comes after #{search.Items[item.Predecessor].Operation.Id} of its session";
        }

        var lower = search.Items
            .Where((other, index) => other.Level >= 0 && other.Level < item.Level && !_placed.Contains(index))
            .FirstOrDefault();
        if (lower is not null)
        {
            return $"slot {operation.Slot}, comes after #{lower.Operation.Id} of slot {lower.Operation.Slot}";
        }

        var (output, _) = model.Step(state, operation.Input, operation.IsQuery);
        if (operation.Succeeded && !output.Span.SequenceEqual(operation.Output.Span))
        {
            _culprits.Add(operation.Id);
            return $"here the answer would be {model.DescribeOutput(operation.Input, operation.IsQuery, output)}";
        }

        return item.Return is null ? "outcome unknown, no help here" : "fits, but then others never do";
    }

    private string Say(Operation operation)
    {
        var answer = operation.Succeeded
            ? model.DescribeOutput(operation.Input, operation.IsQuery, operation.Output)
            : "unknown";
        var input = model.DescribeInput(operation.Input, operation.IsQuery);
        var slot = operation.Slot is { } known ? $" at {known}" : string.Empty;
        return $"#{operation.Id} client {operation.Client} {input} -> {answer}{slot}";
    }

    private void Add(FormattableString text) => _text.Append(text.ToString(CultureInfo.InvariantCulture));

    private void Add(string text) => _text.Append(text);
}
