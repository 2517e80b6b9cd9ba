using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime.Execution;

/// <summary>A group's executor: it owns the user's machine and runs beside the protocol. Safe for use by many threads;
/// nothing blocks.</summary>
/// <remarks>
/// It tells the core, by <see cref="IReplica.Post"/>: <see cref="Executed"/> (after each round, not each command),
/// <see cref="DigestTaken"/>, <see cref="SnapshotSaved"/>, <see cref="SnapshotInstalled"/>.
/// </remarks>
public interface IExecution
{
    /// <summary>The last slot applied.</summary>
    Slot Applied { get; }

    /// <summary>The epoch that the next slot is of: how it began.</summary>
    EpochStart Began { get; }

    /// <summary>Why execution stopped for good (the machine threw, or its state diverged); null while it
    /// works.</summary>
    string? Failure { get; }

    /// <summary>Applies chosen values, in slot order without a gap. The core bounds how many are under way. The list is
    /// the caller's again after the call.</summary>
    void Apply(IReadOnlyList<ChosenValue> values);

    /// <summary>Executes values ahead of choice (R18), where the machine can take them back: on top of what was given
    /// to apply, without a gap. Whatever is chosen in the end goes to <see cref="Apply"/> all the same.</summary>
    /// <param name="takesBack">Whether all that was given here before, and is not applied, is to be taken back
    /// first.</param>
    /// <param name="values">The values, in slot order; the list is the caller's again after the call.</param>
    void Anticipate(bool takesBack, IReadOnlyList<TentativeValue> values)
    {
    }

    /// <summary>Runs a query once every slot through its bound is applied.</summary>
    void Query(PendingQuery query);

    /// <summary>Asks for a snapshot now, whatever the policy says; <see cref="SnapshotSaved"/> tells when it is
    /// durable.</summary>
    void RequestSnapshot()
    {
    }

    /// <summary>Forgets what is queued to apply, and restores the durable snapshot of that slot; then tells
    /// <see cref="SnapshotInstalled"/>.</summary>
    void Install(Slot snapshot);
}

/// <summary>A query on its way.</summary>
public abstract class PendingQuery
{
    /// <summary>Apply through here first.</summary>
    public Slot Bound { get; set; }

    /// <summary>Whether it shall see what is executed ahead of choice, too (R18).</summary>
    public bool IsSpeculative { get; init; }

    /// <summary>The query's bytes.</summary>
    public ReadOnlyMemory<byte> Query { get; init; }

    /// <summary>Called on the executor's thread, with the answer; the bytes are valid during the call only.</summary>
    public abstract void OnAnswer(in QueryContext context, ReadOnlySpan<byte> answer);

    /// <summary>Called instead when the executor has failed or stopped.</summary>
    public abstract void OnFailure(PaxosError error, string message);
}
