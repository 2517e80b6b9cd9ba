using PaxosSM.Reconfiguration;

namespace PaxosSM.Testing.Simulation;

/// <summary>Sees what was chosen in wedged epochs.</summary>
internal sealed class WedgeWatch(bool watches)
{
    private readonly SortedDictionary<Epoch, EpochStart> _epochs = [];
    private readonly SortedSet<Slot> _refusable = [];
    private Slot _seen;

    /// <summary>How many wedged epochs there were.</summary>
    public int Count => _epochs.Values.Count(start => start.Configuration.IsWedged);

    /// <summary>An epoch began somewhere.</summary>
    public void OnBegan(EpochStart start) => _epochs[start.Epoch] = start;

    /// <summary>Epochs behind one, which nobody may have told of yet, and what was applied behind a slot, are lost
    /// (R33).</summary>
    public void OnForked(EpochStart last, Slot kept)
    {
        foreach (var lost in _epochs.Keys.Where(epoch => epoch > last.Epoch).ToList())
        {
            _ = _epochs.Remove(lost);
        }

        _epochs[last.Epoch] = last;

        _ = _refusable.RemoveWhere(slot => slot > kept);
        _seen = Slot.Min(_seen, kept);
    }

    /// <summary>A value was applied somewhere.</summary>
    public void OnApplied(in ChosenValue value)
    {
        // Replicas apply in slot order, and the same: the first of them tells.
        if (!watches || value.Slot <= _seen)
        {
            return;
        }

        _seen = value.Slot;
        var rest = value.Value.Kind == ValueKind.Commands ? value.Value.Payload : default;
        while (CommandEntry.TryRead(ref rest, out var entry))
        {
            if (entry.Kind is EntryKind.Command or EntryKind.OpenSession)
            {
                _refusable.Add(value.Slot);
            }
        }
    }

    /// <summary>What was chosen that no proposer may take; null when nothing was.</summary>
    public string? Find()
    {
        foreach (var (epoch, start) in _epochs.Where(each => each.Value.Configuration.IsWedged))
        {
            var end = _epochs.TryGetValue(epoch.Next, out var next) ? next.Base : _seen;
            if (start.Base < end && _refusable.GetViewBetween(start.Base.Next, end) is { Count: > 0 } wrong)
            {
                return $"{wrong.Min} has commands, and is of {epoch}, which is wedged";
            }
        }

        return null;
    }
}
