using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>Hands counted values to learners that see no votes: those without an acceptor beside them.</summary>
internal static class Teaching
{
    /// <summary>Teaches the values of consecutive slots of a sync, or of a lane.</summary>
    /// <param name="context">Who counted.</param>
    /// <param name="view">The deal.</param>
    /// <param name="first">The first value's slot; at or below the view's own for a sync.</param>
    /// <param name="values">The values.</param>
    /// <param name="effects">Takes the messages.</param>
    public static void Teach(
        ReplicaContext context, View view, Slot first, IReadOnlyList<Value> values, Effects effects)
    {
        // A leader alone with its lane needs to teach nobody but the learner beside it, which feeds the others. Of
        // several owners none has all lanes to pass on.
        var alone = view.Owners.All(owner => owner.Node == context.Self) && context.Has(MemberRoles.Learner);
        var stride = first > view.Slot ? view.Owners.Count : 1;
        var chosenThrough = stride == 1 ? new Slot(first.Index + values.Count - 1) : view.Slot;
        foreach (var learner in context.Configuration.Learners)
        {
            if ((context.Configuration.Find(learner)!.Roles & MemberRoles.Acceptor) == 0
                && (!alone || learner == context.Self))
            {
                effects.Send(learner, new LearnReply(first, values, chosenThrough, Slot.Zero) { Stride = stride });
            }
        }
    }
}
