namespace PaxosSM.Testing.Linearizability.Search;

/// <summary>The calls and returns of what is not placed yet, in the order of time: a list from which an item can be
/// taken, and put back, at the cost of four links.</summary>
/// <remarks>A node's number is twice the item's, and one more for the return.</remarks>
internal sealed class EventList
{
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int _head;

    /// <summary>Lists items that all have a return.</summary>
    public EventList(ReadOnlySpan<SearchItem> items)
    {
        _head = items.Length * 2;
        _next = new int[_head + 1];
        _previous = new int[_head + 1];
        var nodes = new (Moment At, int Node)[_head];
        for (var item = 0; item < items.Length; item++)
        {
            nodes[item * 2] = (items[item].Call, item * 2);
            nodes[(item * 2) + 1] = (items[item].Return!.Value, (item * 2) + 1);
        }

        // Of one moment calls come first: what cannot be told apart counts as overlapping.
        Array.Sort(nodes, (left, right) =>
            left.At != right.At ? left.At.CompareTo(right.At)
            : (left.Node & 1) != (right.Node & 1) ? (left.Node & 1) - (right.Node & 1)
            : left.Node - right.Node);
        var last = _head;
        foreach (var (_, node) in nodes)
        {
            Link(last, node);
            last = node;
        }

        Link(last, _head);
    }

    /// <summary>The earliest node.</summary>
    public int First => _next[_head];

    /// <summary>The item whose return comes first: nothing called after it may be placed before it.</summary>
    public int FirstReturned
    {
        get
        {
            var node = First;
            while (!IsReturn(node))
            {
                node = _next[node];
            }

            return ItemOf(node);
        }
    }

    /// <summary>Whether a node is a return.</summary>
    public static bool IsReturn(int node) => (node & 1) == 1;

    /// <summary>The item that a node belongs to.</summary>
    public static int ItemOf(int node) => node >> 1;

    /// <summary>The node after an item's call.</summary>
    public int AfterCall(int item) => _next[item * 2];

    /// <summary>The next node.</summary>
    public int After(int node) => _next[node];

    /// <summary>Takes an item out.</summary>
    public void Take(int item)
    {
        Unlink(item * 2);
        Unlink((item * 2) + 1);
    }

    /// <summary>Puts back the item that was taken last.</summary>
    public void PutBack(int item)
    {
        Relink((item * 2) + 1);
        Relink(item * 2);
    }

    private void Unlink(int node) => Link(_previous[node], _next[node]);

    private void Relink(int node)
    {
        _next[_previous[node]] = node;
        _previous[_next[node]] = node;
    }

    private void Link(int left, int right)
    {
        _next[left] = right;
        _previous[right] = left;
    }
}
