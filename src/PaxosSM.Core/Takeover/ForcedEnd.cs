using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Takeover;

/// <summary>How a group goes on without a quorum, among its survivors, by an operator's explicit act (R33): where its
/// last epoch ends, and who is in the next one.</summary>
/// <remarks>
/// <para>A function of what the survivors hold, and of nothing else: whoever computes it gets the same. They have
/// stopped for good in the old fork, so what they hold does not change any more.</para>
/// <para>What goes on: all that some survivor holds as chosen, without a gap; then R5 over the votes of all survivors,
/// up to the first slot that is chosen and that none of them can supply: what came after it is lost with it, for it
/// would go on without what it was meant to follow.</para>
/// </remarks>
public sealed class ForcedEnd
{
    private readonly EpochWrite? _begins;

    private ForcedEnd(SurvivorReport newest, IReadOnlyList<SurvivorReport> survivors)
    {
        Group = newest.Group;
        Before = newest.Epoch;
        _begins = newest.Before is { } before
            ? new EpochWrite(newest.Epoch, before) { Epoch = newest.Epoch.Epoch }
            : null;
        Held = survivors.Max(report => report.Frontier);
        Values = [];
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>The epoch that ends, as it began.</summary>
    public EpochStart Before { get; }

    /// <summary>How the next epoch begins; null where the group goes on as it is, or can't: see
    /// <see cref="Problem"/>.</summary>
    public EpochStart? Next { get; private set; }

    /// <summary>Why the group can't go on from these survivors; null when it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>Everything up to here is chosen and held by a survivor.</summary>
    public Slot Held { get; private set; }

    /// <summary>What follows it: values that may have been chosen, and the stop, which is the last.</summary>
    public IReadOnlyList<Value> Values { get; private set; }

    /// <summary>The last slot that was chosen for certain, and is lost; zero for none that is known.</summary>
    public Slot LostThrough { get; private set; }

    /// <summary>Survivors whose logs let go what nobody holds any more: only empty they come back.</summary>
    public IReadOnlyList<Member> Excluded { get; private set; } = [];

    /// <summary>Whether it ends here: the members do not hold a quorum among the survivors.</summary>
    public bool IsForced => Next is not null;

    /// <summary>Computes it.</summary>
    /// <param name="survivors">What all survivors hold of one group, in any order; at least one.</param>
    /// <param name="fork">The number of the new fork.</param>
    public static ForcedEnd Of(IReadOnlyList<SurvivorReport> survivors, ulong fork)
    {
        SurvivorReport[] ordered = [.. survivors.OrderBy(report => report.Self.Id)];
        var newest = ordered.MaxBy(report => report.Epoch.Epoch)!; // at least one
        ForcedEnd end = new(newest, ordered);
        if (!end.HasQuorum(ordered))
        {
            end.Force(ordered, fork);
        }

        return end;
    }

    /// <summary>What a survivor writes into its log, in one piece: then it is in the next epoch.</summary>
    public IReadOnlyList<DurableWrite> Writes()
    {
        Invariant.Holds(Next is not null);
        List<DurableWrite> writes = [];
        if (_begins is not null)
        {
            writes.Add(_begins);
        }

        var epoch = _begins?.Epoch ?? default;
        for (var index = 0; index < Values.Count; index++)
        {
            writes.Add(new LearnedWrite(new(Held.Index + 1 + index), Values[index]) { Epoch = epoch });
        }

        writes.Add(new EpochWrite(Next!, Before.Configuration) { Epoch = Next!.Epoch });
        return writes;
    }

    private bool HasQuorum(SurvivorReport[] survivors) =>
        Before.Configuration.Quorums.CanLead(VotersAmong(survivors));

    private NodeSet VotersAmong(IEnumerable<SurvivorReport> survivors) => Before.Configuration.PlacesOf(
        from report in survivors
        where Before.Configuration.Lists(report.Self.Id, report.Self.Storage)
            && Before.Configuration.Acceptors.Contains(report.Self.Id)
        select report.Self.Id);

    private void Force(SurvivorReport[] survivors, ulong fork)
    {
        List<Value> values = [];
        SortedDictionary<Slot, Value> known = [];
        foreach (var report in survivors)
        {
            foreach (var held in report.Ahead.Where(held => held.Slot <= Counts(report)))
            {
                known.TryAdd(held.Slot, held.Value);
            }
        }

        // What several hold together, without a gap, is held.
        Extend(values, known);
        var end = new Slot(Held.Index + values.Count);
        if (end < Before.Base)
        {
            Problem = $"nobody among the survivors holds what was chosen through {Before.Base}, where {Before.Epoch} "
                + $"began; the most that is held is {end}. A backup of the survivor that holds it, restored, goes on "
                + "from there";
            return;
        }

        SurvivingRun run = new(
            from report in survivors
            where report.Epoch.Epoch == Before.Epoch && report.Votes is not null
            select report.Votes);
        var chosen = survivors.Max(report => Slot.Min(
            Slot.Max(report.KnownChosen, ChosenIn(report.Votes)), Counts(report)));
        Take([.. run.After(end, chosen).TakeWhile(value => !Stops(value))], end, known, values);
        if (values.Exists(Stops))
        {
            Problem = $"the end of {Before.Epoch} is chosen, and none of the survivors holds all before it, though all "
                + "together do: let them run for a minute, so that they learn it from each other, and begin again";
            return;
        }

        var last = new Slot(Held.Index + values.Count);
        chosen = Slot.Max(chosen, known.Keys.LastOrDefault());
        LostThrough = chosen > last ? chosen : Slot.Zero;
        Excluded = [.. from report in survivors where report.TrimmedTo > last select report.Self];
        Member[] members = [.. MembersAmong([.. survivors.Where(report => report.TrimmedTo <= last)])];
        if (Members(members, new(fork)) is not { } next)
        {
            Problem = "no survivor is left that could be a member";
            return;
        }

        var stop = new Stop(Before.Epoch, fork, next).ToValue(LogTime.Zero);
        values.Add(stop);
        Values = values;
        Next = new(last.Next, stop.Checksum, next);
    }

    // What is held must be there for the others to learn: where only those hold it who no longer learn, they do again.
    private static IEnumerable<Member> MembersAmong(SurvivorReport[] survivors)
    {
        var most = survivors.Length == 0 ? Slot.Zero : survivors.Max(report => report.Frontier);
        var isTaught = survivors.Any(report => report.Frontier == most && Learns(report.Self));
        return survivors.Select(report => isTaught || report.Frontier < most
            ? report.Self
            : report.Self with { Roles = report.Self.Roles | MemberRoles.Learner });
    }

    private static bool Learns(Member member) => (member.Roles & MemberRoles.Learner) != 0;

    private bool Stops(Value value) => Stop.Of(value)?.Expected == Before.Epoch;

    // R11: what a straggler takes for chosen above the end of its epoch is void.
    private Slot Counts(SurvivorReport report) =>
        report.Epoch.Epoch < Before.Epoch ? Before.Base : new(long.MaxValue);

    private static Slot ChosenIn(Promise? promise) =>
        promise is null ? Slot.Zero : Slot.Max(promise.ChosenThrough, promise.SyncBase);

    private void Extend(List<Value> values, SortedDictionary<Slot, Value> known)
    {
        while (known.TryGetValue(new(Held.Index + 1 + values.Count), out var value))
        {
            values.Add(value);
        }
    }

    // What is known to be chosen above the run, or differs from it, has come of a reign that no survivor's acceptor
    // knows: it must not follow what that reign may have moved past. Behind a value that both have in common it may.
    private void Take(
        IReadOnlyList<Value> run, Slot end, SortedDictionary<Slot, Value> known, List<Value> values)
    {
        var differs = known.Any(held => held.Key > end && held.Key.Index <= end.Index + run.Count
            && !held.Value.IsSame(run[(int)(held.Key.Index - end.Index - 1)]));
        var taken = differs ? 0 : run.Count;
        while (taken > 0 && IsKnown(taken + 1) && !IsKnown(taken))
        {
            taken--;
        }

        values.AddRange(run.Take(taken));
        if (taken > 0 && IsKnown(taken))
        {
            Extend(values, known);
        }

        bool IsKnown(int after) => known.ContainsKey(new(end.Index + after));
    }

    // A role that nobody has is given to all: they begin the epoch with no votes, whatever they did before.
    private Configuration? Members(Member[] members, ForkId fork)
    {
        var next = MembersOf(members, fork);
        return members.Length == 0 ? null
            : next.Problem is null ? next
            : MembersOf([.. members.Select(member => member with { Roles = MemberRoles.All })], fork);
    }

    private Configuration MembersOf(Member[] members, ForkId fork) =>
        new(Before.Epoch.Next, members, deal: Before.Configuration.Deal)
        {
            NextNumber = Before.Configuration.NextNumber,
            IsWedged = Before.Configuration.IsWedged,
            Fork = fork,
        };
}
