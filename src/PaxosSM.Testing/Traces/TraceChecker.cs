using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>Judges what a whole cluster did by what its nodes told, rule by rule; it knows nothing of how they did
/// it.</summary>
/// <remarks>
/// <para>Events come in an order in which nothing comes before what it depends on: the order in which they were told,
/// as a simulator has it, or the one that <see cref="TraceMerge"/> makes of files. Those of a life come in its own
/// order. The traces begin where the cluster begins.</para>
/// <para><c>specs/traces.md</c> says what each rule demands. Not safe for use by many threads.</para>
/// </remarks>
public sealed class TraceChecker
{
    private readonly GroupId _id;
    private readonly GroupHistory _group;
    private readonly TraceRule[] _rules;
    private readonly TraceRule[] _rulesOfParts;

    /// <summary>A checker of one group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="configuration">The members of its first epoch.</param>
    public TraceChecker(GroupId group, Configuration configuration)
        : this(group, new GroupHistory(configuration))
    {
    }

    private TraceChecker(GroupId group, GroupHistory history)
    {
        (_id, _group) = (group, history);
        _rules =
        [
            new StartRule(),
            new LifeRule(group),
            new SuccessorRule(),
            new StopRule(),
            new FreshRule(),
            new AmnesiaRule(),
            new PromiseRule(),
            new RightRule(),
            new ProposedValueRule(),
            new SyncRule(),
            new LanePrefixRule(),
            new TakeOverRule(),
            new WatermarkRule(),
            new OneOrderRule(),
            new ChosenThroughRule(),
            new StabilityRule(),
            new TrimRule(),
            new AgreementRule(),
            new OrphanRule(),
            new PrefixRule(),
        ];
        _rulesOfParts = [.. _rules.Where(rule => rule is not LifeRule)];
    }

    /// <summary>A checker by some rules only: the invariants follow from the others, so only alone can they be seen to
    /// fail.</summary>
    internal TraceChecker(GroupId group, Configuration configuration, IReadOnlyList<string> rules)
        : this(group, configuration)
    {
        _rules = [.. from rule in _rules where rules.Contains(rule.Name) select rule];
        _rulesOfParts = [.. _rules.Where(rule => rule is not LifeRule)];
    }

    /// <summary>How many events were judged.</summary>
    public long Events { get; private set; }

    /// <summary>Everything up to here is chosen, by the votes told in the newest epoch.</summary>
    public Slot ChosenThrough => _group.Newest.ChosenThrough;

    /// <summary>The first event that broke a rule; null while there is none. Nothing is judged after it.</summary>
    public TraceViolation? Violation { get; private set; }

    /// <summary>A second process runs under a member's name, on a copy of its disk (R13): what the others heard of the
    /// member's snapshots may be the copy's, whose events don't come here.</summary>
    public void OnDoubled(NodeId member) => _group.OnDoubled(member);

    /// <summary>A checker of those who go on without a quorum (R33); this one goes on for those who stay
    /// behind.</summary>
    /// <param name="last">The last epoch that they know.</param>
    /// <param name="end">Where they end it.</param>
    internal TraceChecker Fork(EpochStart last, Slot end) => new(_id, _group.Fork(last, end));

    /// <summary>What is chosen at a slot, and in which ballot of which epoch first; null where nothing is, or all was
    /// let go.</summary>
    internal (Epoch Epoch, Ballot Ballot, uint Checksum)? ChosenAt(Slot slot)
    {
        var epoch = _group.OfSlot(slot);
        return epoch.Slots.Find(slot) is { IsChosen: true } chosen
            ? (epoch.Epoch, chosen.ChosenIn, chosen.Checksum)
            : null;
    }

    /// <summary>From now on some machine tells a wrong digest: that replicas find it out is right (R28).</summary>
    public void OnLied() => _group.OnLied();

    /// <summary>Takes the next event.</summary>
    /// <returns><see cref="Violation"/>.</returns>
    public TraceViolation? On(in TraceEvent traced)
    {
        if (Violation is not null)
        {
            return Violation;
        }

        Events++;
        switch (traced.Happened)
        {
            case SlotVoted { Last: var last, Stride: var stride } voted when last > voted.Slot:
                return OnRun(in traced, voted.Slot, last, stride, slot => voted with { Slot = slot, Last = slot });
            case Proposed { Last: var last, Stride: var stride } made when last > made.Slot:
                return OnRun(in traced, made.Slot, last, stride, slot => made with { Slot = slot, Last = slot });
            default:
                return Judge(in traced, _rules);
        }
    }

    /// <summary>Whether everything was told that an event depends on. Once true it stays true.</summary>
    internal bool IsReady(in TraceEvent traced) => TraceDependencies.AreMet(in traced, _group);

    // A run of passed turns is told as one, and judged slot by slot; the rule of a life's events counts it once.
    private TraceViolation? OnRun(
        in TraceEvent traced, Slot first, Slot last, int stride, Func<Slot, ProtocolEvent> partOf)
    {
        var rules = _rules;
        for (var slot = first; slot <= last; slot = new(slot.Index + stride))
        {
            if (Judge(traced with { Happened = partOf(slot) }, rules) is { } violation)
            {
                return violation;
            }

            rules = _rulesOfParts;
        }

        return null;
    }

    private TraceViolation? Judge(in TraceEvent traced, TraceRule[] rules)
    {
        var history = _group.Of(in traced);
        foreach (var rule in rules)
        {
            if (rule.On(in traced, history) is { } what)
            {
                return Violation = new(rule.Name, traced, what);
            }
        }

        history.Take(in traced);
        return history.NewlyChosen.Count > 0 ? OnChosen(in traced, history) : null;
    }

    private TraceViolation? OnChosen(in TraceEvent traced, TraceHistory history)
    {
        foreach (var chosen in history.NewlyChosen)
        {
            foreach (var rule in _rules)
            {
                if (rule.OnChosen(in chosen, history) is { } what)
                {
                    return Violation = new(rule.Name, traced, what);
                }
            }
        }

        return null;
    }
}
