namespace PaxosSM.Roles;

/// <summary>Finds whose lane holds the frontier up (R8).</summary>
/// <remarks>Either the frontier stands at one slot; or it creeps: what was proposed a whole timeout ago is not chosen
/// yet, and most of that time it was the same owner's turn. The others' own turns come in between, so no single look
/// tells.</remarks>
internal sealed class StallTimer(TimeSpan timeout)
{
    private readonly SortedDictionary<NodeId, int> _turns = [];
    private int _looks;
    private Slot _goal;
    private Instant _goalSince = Instant.Never;
    private Slot _stuckAt;
    private Instant _stuckSince;

    public void Restart()
    {
        _goalSince = Instant.Never;
        _turns.Clear();
        _looks = 0;
    }

    /// <summary>Looks whose turn it is; called once a tick.</summary>
    /// <returns>The owner to deal out; null for nobody.</returns>
    public NodeId? Look(Ownership owned, Instant now)
    {
        if (owned.Awaited is not { } lane)
        {
            Restart();
            return null;
        }

        if (_goalSince == Instant.Never || owned.ChosenThrough >= _goal)
        {
            Restart();
            (_goal, _goalSince) = (owned.Work, now);
            (_stuckAt, _stuckSince) = (owned.ChosenThrough, now);
        }

        if (owned.ChosenThrough != _stuckAt)
        {
            (_stuckAt, _stuckSince) = (owned.ChosenThrough, now);
        }

        var owner = owned.View.Owners[lane.Index].Node;
        var turns = _turns[owner] = _turns.GetValueOrDefault(owner) + 1;
        _looks++;
        var creeps = now - _goalSince >= timeout && 4L * turns >= 3L * _looks;
        return creeps || now - _stuckSince >= timeout ? owner : null;
    }
}
