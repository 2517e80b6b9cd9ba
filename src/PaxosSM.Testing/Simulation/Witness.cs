using System.Buffers;

namespace PaxosSM.Testing.Simulation;

/// <summary>Sees every command that any machine of any replica applies, in any of its lives (I9).</summary>
/// <remarks>Equal places must hold equal commands with equal results, and each command has one place, ever.</remarks>
internal sealed class Witness(World world)
{
    private const string Property = "I9 exactly once, in session order";
    private readonly Dictionary<(SessionId Session, long Sequence), Applied> _commands = [];
    private readonly Dictionary<SessionId, SortedDictionary<long, Place>> _sessions = [];
    private readonly Dictionary<Slot, List<Applied>> _slots = [];

    /// <summary>How many different commands were applied.</summary>
    public long Count => _commands.Count;

    /// <summary>How many slots machines were shown ahead of choice (R18), as often as they were.</summary>
    public long Shown { get; private set; }

    /// <summary>How many of these were confirmed.</summary>
    public long Confirmed { get; private set; }

    /// <summary>How many of these were taken back.</summary>
    public long TakenBack { get; private set; }

    /// <summary>What it knows through a slot: all that counts in another fork (R33). This one goes on for those who
    /// stay behind.</summary>
    public Witness Fork(Slot through)
    {
        Witness fork = new(world) { Shown = Shown, Confirmed = Confirmed, TakenBack = TakenBack };
        foreach (var (key, applied) in _commands.Where(each => each.Value.Place.Slot <= through))
        {
            fork._commands[key] = applied;
            fork.InOrder(key.Session, key.Sequence, applied.Place);
            fork.Of(applied.Place.Slot).Add(applied);
        }

        return fork;
    }

    public void OnShown() => Shown++;

    public void OnConfirmed() => Confirmed++;

    public void OnTakenBack(int slots) => TakenBack += slots;

    public void OnApplied(
        string who, in CommandContext context, ReadOnlySequence<byte> command, ReadOnlySpan<byte> result)
    {
        Place place = new(context.Slot, context.Index);
        var input = command.IsSingleSegment ? Crc32C.Of(command.FirstSpan) : Crc32C.Of(command.ToArray());
        Applied applied = new(place, input, Crc32C.Of(result));
        var key = (context.Session, context.Sequence);
        if (!_commands.TryGetValue(key, out var known))
        {
            _commands[key] = applied;
            InOrder(context.Session, context.Sequence, place);
            Of(context.Slot).Add(applied);
        }
        else if (known != applied)
        {
            world.Break(
                Property,
                $"{who} applied {context.Session} #{context.Sequence} as {applied}, and it was {known} before");
        }
    }

    /// <summary>A machine that holds everything through a slot is given a command of a later one: nothing may lie
    /// between (R27).</summary>
    public void CheckFollows(string who, Slot through, Slot next)
    {
        for (var slot = through.Next; slot < next; slot = slot.Next)
        {
            if (_slots.ContainsKey(slot))
            {
                world.Break(
                    "R27 never silently on",
                    $"{who}'s machine holds everything through {through}, and is given {next}: {slot} is left out");
                return;
            }
        }
    }

    /// <summary>Whether that command was applied in that slot with that result.</summary>
    public bool Saw(Slot slot, ReadOnlySpan<byte> command, ReadOnlySpan<byte> result)
    {
        if (!_slots.TryGetValue(slot, out var inSlot))
        {
            return false;
        }

        var (input, output) = (Crc32C.Of(command), Crc32C.Of(result));
        return inSlot.Exists(applied => applied.Input == input && applied.Result == output);
    }

    /// <summary>What is wrong with the order of an ordered session's commands; null when nothing is (R17).</summary>
    public string? CheckOrder(SessionId session)
    {
        if (!_sessions.TryGetValue(session, out var places))
        {
            return null;
        }

        Place last = new(Slot.Zero, 0);
        var sequence = 0L;
        foreach (var (number, place) in places)
        {
            if (number != ++sequence)
            {
                return $"{session} #{number} was applied, and #{sequence} was not";
            }

            if (place.Slot < last.Slot || (place.Slot == last.Slot && place.Index <= last.Index))
            {
                return $"{session} #{number} was applied at {place}, after #{number - 1} at {last}";
            }

            last = place;
        }

        return null;
    }

    private void InOrder(SessionId session, long sequence, Place place)
    {
        if (!_sessions.TryGetValue(session, out var places))
        {
            _sessions[session] = places = [];
        }

        places[sequence] = place;
    }

    private List<Applied> Of(Slot slot)
    {
        if (!_slots.TryGetValue(slot, out var inSlot))
        {
            _slots[slot] = inSlot = [];
        }

        return inSlot;
    }

    private readonly record struct Place(Slot Slot, int Index);

    private readonly record struct Applied(Place Place, uint Input, uint Result);
}
