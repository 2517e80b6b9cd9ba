using PaxosSM.Testing.Linearizability.Search;

namespace PaxosSM.Testing.Linearizability;

/// <summary>Decides whether a history could have come from one copy of the state machine that did one operation at a
/// time, each at some moment between its call and its return.</summary>
/// <remarks>
/// <para>Herlihy and Wing, <i>Linearizability</i> (1990). Judged are commands, and queries that were promised it;
/// <see cref="HistoryExamination"/> judges the others by rules of their own.</para>
/// <para>Parts (<see cref="IModel.PartitionOf"/>) are judged alone, which loses nothing for real time: linearizability
/// is
/// local. Ordered sessions are not: every key can have an order that keeps them, and all keys together none. What the
/// parts cannot see is covered thrice. An operation's interval is cut to what its whole session allows, before the
/// parts
/// are formed. <see cref="Rules.SessionOrderRule"/> and <see cref="Rules.SlotOrderRule"/> hold the answers' slots to
/// the
/// order of sessions and of time, over all parts. <see cref="Rules.StateAtSlotRule"/> holds every part's order to the
/// slots.</para>
/// <para>If all of these pass, then the parts' orders merged by slot are one order that keeps time, sessions and
/// answers: a witness, but for what answers do not tell, which is the order of two keys inside one slot, and the slots
/// of commands whose outcome is unknown. And a correct cluster passes each: it applies commands in the order of slots,
/// so
/// that every one of these conditions is necessary.</para>
/// <para>Deterministic: bounded by steps, not by time.</para>
/// </remarks>
public static class LinearizabilityChecker
{
    /// <summary>The name that a violation carries.</summary>
    public const string Rule = "linearizability";

    /// <summary>Steps for one part, if nothing else is asked for: a few seconds.</summary>
    public const long DefaultStepsMax = 1_000_000;

    /// <summary>Checks a history.</summary>
    /// <param name="history">What was seen.</param>
    /// <param name="model">What should be.</param>
    /// <param name="stepsMax">How often an operation of one part may be tried.</param>
    public static LinearizabilityResult Check(History history, IModel model, long stepsMax = DefaultStepsMax)
    {
        var undecided = false;
        var steps = 0L;
        foreach (var (partition, part) in Partitions.Of(Placements.Of(history, stale: false), model))
        {
            // An order by slots is an order; it is found fast, since little is left to try. There is none if a slot
            // is wrong: then all orders are tried.
            var guided = OrderFinder.Find(part, model, bySlots: true, stepsMax);
            steps += guided.Steps;
            if (guided.Verdict == Verdict.Ok)
            {
                continue;
            }

            var free = OrderFinder.Find(part, model, bySlots: false, stepsMax);
            steps += free.Steps;
            if (free.Verdict == Verdict.Violation)
            {
                return new(free.Verdict, new Explanation(free.Search, model, partition).Write(Rule), steps);
            }

            undecided |= free.Verdict == Verdict.Undecided;
        }

        return new(undecided ? Verdict.Undecided : Verdict.Ok, null, steps);
    }
}
