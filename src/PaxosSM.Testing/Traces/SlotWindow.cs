namespace PaxosSM.Testing.Traces;

/// <summary>What is known of each slot above a floor that rises.</summary>
internal sealed class SlotWindow
{
    private SlotHistory?[] _ring = new SlotHistory?[1024];

    /// <summary>Slots up to here are forgotten.</summary>
    public Slot Floor { get; private set; }

    /// <summary>The highest slot of which something is known.</summary>
    public Slot Last { get; private set; }

    /// <summary>What is known of a slot; null for nothing.</summary>
    public SlotHistory? Find(Slot slot) => slot > Floor && slot <= Last ? _ring[PlaceOf(slot)] : null;

    /// <summary>What is known of a slot, from now on something; null where it is forgotten.</summary>
    public SlotHistory? Get(Slot slot)
    {
        if (slot <= Floor)
        {
            return null;
        }

        while (slot.Index - Floor.Index > _ring.Length)
        {
            Grow();
        }

        Last = Slot.Max(Last, slot);
        return _ring[PlaceOf(slot)] ??= new();
    }

    /// <summary>Forgets the slots up to one.</summary>
    public void Forget(Slot through)
    {
        for (var slot = Floor.Next; slot <= Slot.Min(through, Last); slot = slot.Next)
        {
            _ring[PlaceOf(slot)] = null;
        }

        Floor = Slot.Max(Floor, through);
        Last = Slot.Max(Last, Floor);
    }

    private long PlaceOf(Slot slot) => slot.Index & (_ring.Length - 1);

    private void Grow()
    {
        var grown = new SlotHistory?[_ring.Length * 2];
        for (var slot = Floor.Next; slot <= Last; slot = slot.Next)
        {
            grown[slot.Index & (grown.Length - 1)] = _ring[PlaceOf(slot)];
        }

        _ring = grown;
    }
}
