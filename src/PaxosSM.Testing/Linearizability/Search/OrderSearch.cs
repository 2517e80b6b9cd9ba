namespace PaxosSM.Testing.Linearizability.Search;

/// <summary>Looks for an order of one part's operations that explains every answer.</summary>
/// <remarks>
/// Wing and Gong, <i>Testing and verifying concurrent objects</i> (1993): place any operation that was called before
/// the
/// first return of those not placed; go back where none fits. With Lowe's memory of what led nowhere. What may be left
/// out is tried last, never where it would change nothing, and only so many in a row: see <see cref="OrderFinder"/>.
/// </remarks>
internal sealed class OrderSearch
{
    private readonly IModel _model;
    private readonly SearchItem[] _items;
    private readonly int _mandatory;
    private readonly EventList _events;
    private readonly SlotLevels _levels;
    private readonly SeenConfigurations _placed;
    private readonly int _runMax;
    private readonly List<(int Item, object Before, int Run)> _order = [];
    private object _state;
    private int _left;
    private int _run;
    private int _blocked = -1;
    private int[] _longest = [];

    public OrderSearch(IReadOnlyList<Placement> part, IModel model, bool bySlots, int runMax)
    {
        _model = model;
        _runMax = runMax;
        _items = SearchItem.Of(part, bySlots);
        _mandatory = _items.Count(item => item.Return is not null);
        _events = new(_items.AsSpan(0, _mandatory));
        _levels = new(_items);
        _placed = new(_mandatory, _items.Length);
        _state = model.Initial;
        _left = _mandatory;
    }

    /// <summary>How many times an operation was tried.</summary>
    public long Steps { get; private set; }

    /// <summary>Whether something was not tried since too many in a row may be left out: a violation proves nothing
    /// then.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The operations.</summary>
    public IReadOnlyList<SearchItem> Items => _items;

    /// <summary>After a violation: the operation whose return no order reaches.</summary>
    public int Blocked => _blocked;

    /// <summary>After a violation: the longest order that comes as far as <see cref="Blocked"/>'s return.</summary>
    public IReadOnlyList<int> Longest => _longest;

    /// <summary>Searches.</summary>
    /// <param name="stepsMax">How many steps to take at most.</param>
    public Verdict Run(long stepsMax)
    {
        var after = -1;
        while (_left > 0)
        {
            var item = NextCandidate(after);
            if (item >= 0)
            {
                if (++Steps > stepsMax)
                {
                    return Verdict.Undecided;
                }

                after = TryPlace(item) ? -1 : item;
                continue;
            }

            NoteDeadEnd();
            if (_order.Count == 0)
            {
                return Verdict.Violation;
            }

            after = TakeBack();
        }

        return Verdict.Ok;
    }

    private int NextCandidate(int after)
    {
        if (after < _mandatory)
        {
            var node = after < 0 ? _events.First : _events.AfterCall(after);
            for (; !EventList.IsReturn(node); node = _events.After(node))
            {
                if (IsAllowed(EventList.ItemOf(node)))
                {
                    return EventList.ItemOf(node);
                }
            }

            after = _mandatory - 1;
        }

        if (after + 1 >= _items.Length)
        {
            return -1;
        }

        var end = _items[_events.FirstReturned].Return;
        for (var item = after + 1; item < _items.Length && _items[item].Call <= end; item++)
        {
            if (_placed.Contains(item) || !IsAllowed(item))
            {
                continue;
            }

            if (_run < _runMax)
            {
                return item;
            }

            IsCut = true;
            return -1;
        }

        return -1;
    }

    private bool IsAllowed(int item) =>
        _levels.Allows(_items[item].Level)
        && (_items[item].Predecessor < 0 || _placed.Contains(_items[item].Predecessor));

    private bool TryPlace(int item)
    {
        var candidate = _items[item];
        var (output, next) = _model.Step(_state, candidate.Operation.Input, candidate.Operation.IsQuery);
        if (candidate.Operation.Succeeded && !output.Span.SequenceEqual(candidate.Operation.Output.Span))
        {
            return false;
        }

        if (candidate is { Return: null, HasSuccessor: false } && next.Equals(_state))
        {
            return false;
        }

        var run = item < _mandatory ? 0 : _run + 1;
        _placed.Put(item);
        if (!_placed.TryNote(next, _runMax == int.MaxValue ? 0 : run))
        {
            _placed.Take(item);
            return false;
        }

        _order.Add((item, _state, _run));
        _state = next;
        _run = run;
        _levels.Take(candidate.Level);
        if (item < _mandatory)
        {
            _events.Take(item);
            _left--;
        }

        return true;
    }

    private int TakeBack()
    {
        var (item, before, run) = _order[^1];
        _order.RemoveAt(_order.Count - 1);
        _state = before;
        _run = run;
        _placed.Take(item);
        _levels.PutBack(_items[item].Level);
        if (item < _mandatory)
        {
            _events.PutBack(item);
            _left++;
        }

        return item;
    }

    private void NoteDeadEnd()
    {
        var blocked = _events.FirstReturned;
        var further = _blocked < 0 || _items[blocked].Return > _items[_blocked].Return;
        if (further || (blocked == _blocked && _order.Count > _longest.Length))
        {
            _blocked = blocked;
            _longest = [.. _order.Select(move => move.Item)];
        }
    }
}
