using PaxosSM.Log;

namespace PaxosSM.Roles;

/// <summary>What the machine is given before it is chosen (R18): the run of values right above the frontier that this
/// node voted for in the reign that leads.</summary>
/// <remarks>
/// A vote in the reign that leads is the best guess there is at what will be chosen: only a higher ballot can choose
/// anything else there (R6), and who hears of one does not follow the old one any more. It stays a guess: nothing here
/// ever counts as learned (R7). Views and stops end the run until they are chosen, so that what is void behind a stop
/// (R11) is never given out on top of it.
/// </remarks>
internal sealed class OptimisticDelivery(long bytesMax)
{
    private readonly Queue<(Slot Slot, int Size)> _open = new();
    private Ballot _reign;
    private Slot _through;
    private long _bytes;

    /// <summary>Gives out what can be by now; takes back what was given out in a reign that does not lead any
    /// more.</summary>
    /// <param name="reign">The reign that leads and in which the votes are; none for no such reign.</param>
    /// <param name="votes">This node's votes above the frontier.</param>
    /// <param name="frontier">What is chosen and present.</param>
    /// <param name="effects">Takes what is given out and taken back.</param>
    public void Extend(Ballot reign, SlotLog<Vote> votes, Slot frontier, Effects effects)
    {
        if (reign != _reign)
        {
            TakeBack(effects);
            _reign = reign;
        }

        while (_open.TryPeek(out var first) && first.Slot <= frontier)
        {
            _bytes -= first.Size;
            _open.Dequeue();
        }

        if (reign == Ballot.None)
        {
            return;
        }

        _through = Slot.Max(_through, frontier);
        while (_bytes < bytesMax && votes.TryGet(_through.Next, out var vote) && vote.Ballot == reign
            && vote.Value.Kind is ValueKind.Commands or ValueKind.Skip)
        {
            _through = vote.Slot;
            _bytes += vote.Value.Size;
            _open.Enqueue((vote.Slot, vote.Value.Size));
            effects.Anticipate(vote.Slot, vote.Value);
        }
    }

    /// <summary>Takes back all that was given out and is not known to be chosen.</summary>
    public void TakeBack(Effects effects)
    {
        if (_reign != Ballot.None)
        {
            effects.TakeBack();
        }

        _reign = Ballot.None;
        _through = Slot.Zero;
        _bytes = 0;
        _open.Clear();
    }
}
