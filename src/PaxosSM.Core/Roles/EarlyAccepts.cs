using System.Diagnostics.CodeAnalysis;
using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>Proposals of the present reign that overtook others on the way: R4 lets the acceptor vote for them once the
/// gap before them is filled.</summary>
/// <remarks>They are no votes, and promise nothing: whatever is dropped here comes again by the proposer's
/// resend.</remarks>
internal sealed class EarlyAccepts
{
    private const int CountMax = 64;
    private const long BytesMax = 16 << 20;
    private readonly SortedDictionary<Slot, Accept> _kept = [];
    private long _bytes;
    private Ballot _ballot;

    /// <summary>Keeps a proposal, if there is room.</summary>
    public void Keep(Accept accept)
    {
        if (accept.Ballot != _ballot)
        {
            Clear();
            _ballot = accept.Ballot;
        }

        if (_kept.Count < CountMax && _bytes + accept.Value.Size <= BytesMax && _kept.TryAdd(accept.Slot, accept))
        {
            _bytes += accept.Value.Size;
        }
    }

    /// <summary>The reign is over.</summary>
    public void Clear()
    {
        _kept.Clear();
        _bytes = 0;
    }

    /// <summary>Takes the proposal for a slot, if it is here.</summary>
    public bool TryTake(Ballot ballot, Slot slot, [NotNullWhen(true)] out Accept? accept)
    {
        accept = null;
        return ballot == _ballot && Remove(slot, out accept);
    }

    /// <summary>Forgets what was voted for, or passed, in the meantime.</summary>
    public void Forget(Slot through)
    {
        while (_kept.Count > 0 && First() is var slot && slot <= through)
        {
            Remove(slot, out _);
        }
    }

    private bool Remove(Slot slot, [NotNullWhen(true)] out Accept? accept)
    {
        var found = _kept.Remove(slot, out accept);
        _bytes -= accept?.Value.Size ?? 0;
        return found;
    }

    private Slot First()
    {
        using var slots = _kept.Keys.GetEnumerator();
        slots.MoveNext();
        return slots.Current;
    }
}
