namespace PaxosSM;

/// <summary>How far one outbox' effects for one destination were taken.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="Last">The last effect taken; its fork and group name the outbox.</param>
public readonly record struct OutboxMark(string Destination, OutboxToken Last);

/// <summary>For receivers of outbox entries: tells what was taken already, by one mark an outbox and destination
/// (R27).</summary>
/// <remarks>
/// <para>Use: where <see cref="IsNew"/> says so, carry the effect out and keep <see cref="MarkOf"/> in one unit, such
/// as a transaction of the receiver's database; once that is durable, <see cref="Take"/> it, and confirm. A repeat is
/// confirmed, too. After a restart, begin with the marks that were kept.</para>
/// <para>Why one mark is enough. <i>Claim</i>: when an entry is handed to the receiver, all entries before it, of that
/// outbox and destination, were taken. A deliverer begins with the oldest entry that waits in some replica's outbox,
/// and goes on to the next only once the receiver has confirmed: what it passed was taken. What was before the oldest
/// was removed by an acknowledgement, which names an entry that some deliverer had confirmed; by the claim for that
/// one, which was handed over earlier, all before it were taken. Replicas apply prefixes of one sequence (I6), so all
/// deliverers walk along the same entries. Hence an entry at or below the mark was taken, and one above it was not:
/// whoever delivers, however many at once, however late a lost message arrives, and from however old a state.</para>
/// <para>A restored cluster (R33) has another fork: what it adds has marks of its own, and what waited in its backup
/// keeps its tokens, and meets the old fork's mark.</para>
/// <para>It relies on destinations being told apart: one receiver that serves two of them, or two groups, keeps two
/// marks. Deliverers that keep no order need a set of tokens instead.</para>
/// <para>Threads: one at a time; deliveries that overlap must be taken one after the other.</para>
/// </remarks>
public sealed class DuplicateFilter
{
    private readonly Dictionary<(ForkId Fork, GroupId Group, string Destination), OutboxToken> _marks = [];
    private readonly int _marksMax;

    /// <summary>A filter that has taken what the marks say.</summary>
    /// <param name="marks">As they were kept; none for a new receiver.</param>
    /// <param name="marksMax">How many outboxes and destinations are known at most.</param>
    /// <exception cref="InvalidOperationException">There are more marks than that.</exception>
    public DuplicateFilter(IEnumerable<OutboxMark> marks, int marksMax = 1 << 16)
    {
        _marksMax = marksMax;
        foreach (var mark in marks)
        {
            Take(mark);
        }
    }

    /// <summary>How many entries were found to be repeats.</summary>
    public long Duplicates { get; private set; }

    /// <summary>How many marks it holds.</summary>
    public int Count => _marks.Count;

    /// <summary>Whether the entry was not taken yet. Changes nothing but <see cref="Duplicates"/>.</summary>
    /// <exception cref="InvalidOperationException">It is of an outbox or destination that is not known, and there is no
    /// room for one more mark: forgetting one would let repeats through.</exception>
    public bool IsNew(OutboxEntry entry)
    {
        if (_marks.TryGetValue(KeyOf(entry.Destination, entry.Token), out var last))
        {
            if (entry.Token <= last)
            {
                Duplicates++;
                return false;
            }

            return true;
        }

        RequireRoom(entry.Token);
        return true;
    }

    /// <summary>What is to be kept with the entry's effect, in place of any mark of the same fork, group and
    /// destination.</summary>
    public static OutboxMark MarkOf(OutboxEntry entry) => new(entry.Destination, entry.Token);

    /// <summary>The effects through this mark are taken, and that is durable. A lower mark than the one known changes
    /// nothing.</summary>
    /// <exception cref="InvalidOperationException">There is no room for one more mark.</exception>
    public void Take(in OutboxMark mark)
    {
        var key = KeyOf(mark.Destination, mark.Last);
        if (!_marks.TryGetValue(key, out var last))
        {
            RequireRoom(mark.Last);
            _marks.Add(key, mark.Last);
        }
        else if (mark.Last > last)
        {
            _marks[key] = mark.Last;
        }
    }

    /// <summary>Forgets a fork: one whose cluster is gone for good, with nothing restored from it.</summary>
    /// <returns>How many marks went.</returns>
    public int Forget(ForkId fork)
    {
        var gone = _marks.Keys.Where(key => key.Fork == fork).ToList();
        gone.ForEach(key => _marks.Remove(key));
        return gone.Count;
    }

    private static (ForkId Fork, GroupId Group, string Destination) KeyOf(string destination, in OutboxToken token) =>
        (token.Fork, token.Group, destination);

    private void RequireRoom(in OutboxToken token)
    {
        if (_marks.Count >= _marksMax)
        {
            throw new InvalidOperationException(
                $"{token} is of an outbox that is not known here, and {_marksMax} marks are kept already: allow more, "
                + "or forget a fork that is gone for good");
        }
    }
}
