using PaxosSM.Takeover;
using PaxosSM.Testing.Traces;

namespace PaxosSM.Testing.Simulation;

/// <summary>What was applied before a quorum was lost for ever, and what of it goes on (R33).</summary>
internal sealed class ForkHistory(RunLog log, World world)
{
    private const string Property = "R33 survivors lose, and reorder nothing";
    private readonly Dictionary<Slot, uint> _applied = [];
    private readonly Dictionary<StorageId, Slot> _through = [];

    /// <summary>Whether survivors went on in a fork of their own.</summary>
    public bool IsForced { get; private set; }

    /// <summary>The members of the epoch that they began; null before.</summary>
    public Configuration? Next { get; private set; }

    /// <summary>A value was applied somewhere.</summary>
    public void OnApplied(SimulatedNode node, in ChosenValue value)
    {
        if (!IsForced)
        {
            _applied[value.Slot] = value.Value.Checksum;
            _through[node.Storage] = value.Slot;
        }
    }

    /// <summary>Survivors go on.</summary>
    /// <param name="end">How.</param>
    /// <param name="survivors">What they hold.</param>
    /// <param name="checker">What was chosen till then.</param>
    /// <returns>What was applied through this slot is applied in the new fork, too, and what was applied behind it is
    /// lost.</returns>
    public Slot Begin(ForcedEnd end, IReadOnlyList<SurvivorHoldings> survivors, TraceChecker checker)
    {
        IsForced = true;
        Next = end.Next!.Configuration; // it is forced
        CheckRun(end, survivors, checker);
        var kept = end.Held;
        foreach (var value in end.Values.SkipLast(1))
        {
            if (_applied.TryGetValue(kept.Next, out var known) && known != value.Checksum)
            {
                break;
            }

            kept = kept.Next;
        }

        log.Count("forced epochs");
        log.Count("slots adopted from survivors' votes", end.Values.Count - 1);
        log.Mix((ulong)kept.Index, 30);
        var learned = survivors.Max(survivor => _through.GetValueOrDefault(survivor.Storage));
        log.Count("slots lost that a survivor had applied", Math.Max(0, learned.Index - kept.Index));
        return kept;
    }

    // What was chosen no later than in the highest ballot that survivors voted in is what they go on with; where a lane
    // ends for them, and others go on, its turns are passed.
    private void CheckRun(ForcedEnd end, IReadOnlyList<SurvivorHoldings> survivors, TraceChecker checker)
    {
        var highest = survivors.SelectMany(survivor => survivor.Groups)
            .Where(report => report.Group == end.Group && report.Epoch.Epoch == end.Before.Epoch)
            .Max(report => report.Votes?.LastVoted ?? Ballot.None);
        var slot = end.Held;
        foreach (var value in end.Values.SkipLast(1))
        {
            slot = slot.Next;
            if (checker.ChosenAt(slot) is { } chosen && chosen.Epoch == end.Before.Epoch && chosen.Ballot <= highest
                && chosen.Checksum != value.Checksum && !value.IsPass)
            {
                world.Break(
                    Property,
                    $"{chosen.Checksum} was chosen at {slot} in {chosen.Ballot}, and they go on with {value}, though "
                    + $"one of them voted in {highest}");
            }
        }
    }
}
