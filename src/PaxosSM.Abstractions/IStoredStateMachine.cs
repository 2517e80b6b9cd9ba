namespace PaxosSM;

/// <summary>A machine whose state lies in a durable store of its own, such as a database (R27).</summary>
/// <remarks>
/// <para>The store holds two things: the machine's state, and records that the host gives it: what is applied, and
/// which commands of which session. Both change in one unit, so that after any crash they tell the same slot, and the
/// machine is handed what follows it: each effect is there exactly once.</para>
/// <para>Between two calls of <see cref="Commit"/> belong all effects of <see cref="IStateMachine.Apply"/>, timers and
/// views to the unit that is open: they must be seen by later calls and queries, and must be gone if the process dies
/// before the commit. A transaction that the first effect opens and the commit ends is that.</para>
/// <para>Threads: as <see cref="IStateMachine"/>. Results are told only once the unit is committed; one unit covers all
/// that was waiting to be applied, so that a commit costs little a command.</para>
/// <para>Snapshots: other replicas that are too far behind are sent one, so <see cref="IStateMachine.BeginSnapshot"/>
/// is called as for any machine, always right after a commit. The records are not part of it.</para>
/// <para>The store belongs to one disk of one member: it must not be copied to another one, nor put back from an older
/// backup while the log goes on. The host finds that out at the start, and refuses, or restores.</para>
/// </remarks>
public interface IStoredStateMachine : IStateMachine
{
    /// <summary>Whether <see cref="IStateMachine.RestoreAsync"/> can replace the whole store by a snapshot's state,
    /// within the unit that is open: the next <see cref="Commit"/> makes it durable.</summary>
    /// <remarks>If not, a replica whose store is too old for the log does not start, and one that is left too far
    /// behind halts: somebody must put a newer store in place.</remarks>
    bool CanRestore { get; }

    /// <summary>The records that units committed; none for a new store. Called once, before anything else.</summary>
    IReadOnlyList<StoreRecord> ReadRecords();

    /// <summary>Ends the open unit: the effects since the last call, and the records' changes, become durable together,
    /// before it returns.</summary>
    /// <remarks>An exception halts the replica; what was not committed is applied again after the next start.</remarks>
    void Commit(in StoreUnit unit);
}

/// <summary>One of the host's records in a machine's store; its bytes mean nothing to the machine.</summary>
/// <param name="Key">Names it within the store.</param>
/// <param name="Value">What it holds; empty where it is to be deleted.</param>
/// <param name="IsDeleted">In a unit: delete the record of that key.</param>
public readonly record struct StoreRecord(
    ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, bool IsDeleted = false);

/// <summary>What a commit makes durable beside the machine's effects.</summary>
/// <param name="Applied">The last slot whose effects are in the unit.</param>
/// <param name="ReplacesAll">Delete all records first: the state was restored from a snapshot.</param>
/// <param name="Records">The records to write over or to delete, each key once.</param>
public readonly record struct StoreUnit(Slot Applied, bool ReplacesAll, IReadOnlyList<StoreRecord> Records);
