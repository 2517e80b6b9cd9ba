namespace PaxosSM;

/// <summary>Opens a reign: deals the slots from <see cref="Start"/> on round-robin to <see cref="Owners"/>
/// (R8).</summary>
/// <param name="Ballot">The reign's ballot; its proposer leads.</param>
/// <param name="Start">The first slot after the view's own.</param>
/// <param name="Owners">The owners, lane by lane; one owner is classic Multi-Paxos.</param>
public sealed record View(Ballot Ballot, Slot Start, IReadOnlyList<LaneOwner> Owners)
{
    /// <summary>The slot of the view itself: the last of the sync.</summary>
    public Slot Slot => Start.Previous;

    /// <summary>The lane that <paramref name="slot"/>, from <see cref="Start"/> on, belongs to.</summary>
    public Lane LaneOf(Slot slot) => new((ushort)((slot.Index - Start.Index) % Owners.Count));

    /// <summary>The lane's first slot above <paramref name="slot"/>, which may be any.</summary>
    public Slot NextInLane(Lane lane, Slot slot)
    {
        var first = FirstOf(lane).Index;
        var turns = slot.Index < first ? 0 : ((slot.Index - first) / Owners.Count) + 1;
        return new(first + (turns * Owners.Count));
    }

    /// <summary>How many slots the lane has above <paramref name="after"/> through
    /// <paramref name="through"/>.</summary>
    public long TurnsBetween(Lane lane, Slot after, Slot through) =>
        Math.Max(0, (NextInLane(lane, through).Index - NextInLane(lane, after).Index) / Owners.Count);

    /// <summary>The lane's first slot.</summary>
    public Slot FirstOf(Lane lane) => new(Start.Index + lane.Index);

    /// <inheritdoc/>
    public override string ToString() => $"{Ballot}@{Start}[{string.Join(' ', Owners)}]";
}

/// <summary>Who fills a lane: a proposer in one of its lives (R6: another life of it has no right).</summary>
/// <param name="Node">The proposer.</param>
/// <param name="Incarnation">Its life.</param>
public readonly record struct LaneOwner(NodeId Node, uint Incarnation)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Node}.{Incarnation}";
}
