using System.Buffers;

namespace PaxosSM;

/// <summary>A deterministic application that PaxosSM replicates by applying the same commands in the same
/// order.</summary>
/// <remarks>
/// <para>Threads: calls for one machine never overlap, except that what <see cref="BeginSnapshot"/> returned is written
/// while <see cref="Apply"/> and <see cref="Query"/> go on.</para>
/// <para>Determinism: <see cref="Apply"/> reads nothing but the machine's state and its arguments; no clock (take
/// <see cref="CommandContext.Time"/>), no randomness, no file, no order of a hash table.</para>
/// <para>Memory: the sequences and writers passed in are valid only during the call; copy what must stay.</para>
/// <para>Errors: an exception out of <see cref="Apply"/> is a bug; the replica stops there rather than let replicas
/// differ.
/// Report a command's failure in its result.</para>
/// </remarks>
public interface IStateMachine
{
    /// <summary>Applies one chosen command, exactly once, and writes its result.</summary>
    void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result);

    /// <summary>Answers a query without changing anything that a snapshot would show.</summary>
    void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result);

    /// <summary>Captures the state, cheaply: commands wait for this call; the writing happens beside them.</summary>
    ISnapshotWriter BeginSnapshot();

    /// <summary>Replaces the state by a snapshot's.</summary>
    ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken);
}

/// <summary>A captured state, ready to be written out.</summary>
/// <remarks>Written by another thread than the machine's; disposed exactly once, written or not.</remarks>
public interface ISnapshotWriter : IDisposable
{
    /// <summary>Writes the captured state. Equal states must give equal bytes.</summary>
    ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken);
}

/// <summary>For machines that set timers (R19).</summary>
public interface ITimedStateMachine : IStateMachine
{
    /// <summary>A timer fired; deterministic, like <see cref="IStateMachine.Apply"/>.</summary>
    void OnTimer(in CommandContext context, long id);
}

/// <summary>For machines that can name their state in 64 bits, so that replicas can compare themselves (R28).</summary>
public interface IDigestibleStateMachine : IStateMachine
{
    /// <summary>A digest of the whole state, cheap enough to be asked for every few thousand slots.</summary>
    ulong Digest { get; }
}

/// <summary>For machines that can take back what they applied: they are given commands before these are chosen
/// (R18).</summary>
/// <remarks>
/// <para><see cref="Mark"/> comes first; then the slot's timers and commands, as ever, exactly as they will be if the
/// slot's value is chosen. Slots are marked in order, any number of them may be open. An open slot ends in one of two
/// ways: <see cref="Confirm"/> makes it final, oldest first, and nothing of it is ever given again; or
/// <see cref="Rollback"/> takes back all that is open, and what was taken back may be given again, or something else
/// for the same slot. What was never marked is chosen.</para>
/// <para>Between the calls the state is the one ahead of choice, which only <see cref="ReadConsistency.Speculative"/>
/// shows. For any other query, a digest or a snapshot, all that is open is taken back first, and given again after it;
/// so <see cref="Rollback"/> should cost no more than what it takes back.</para>
/// <para>Effects outside the machine belong into <see cref="Confirm"/>: a rollback can't reach them. Threads and errors
/// are as with <see cref="IStateMachine.Apply"/>.</para>
/// </remarks>
public interface IOptimisticStateMachine : IStateMachine
{
    /// <summary>What comes until the next mark is the slot's, and may be taken back.</summary>
    void Mark(Slot slot);

    /// <summary>The slot, the oldest open one, is chosen: what it changed stays for ever.</summary>
    void Confirm(Slot slot);

    /// <summary>Takes back all that is open.</summary>
    /// <param name="to">The last slot that stays: the state is to be as it was after it.</param>
    void Rollback(Slot to);
}

/// <summary>For machines that want to know the members and the leader; told at the same slot on every replica
/// (R16).</summary>
public interface IViewObserver : IStateMachine
{
    /// <summary>A new view: after every command of the old one, before the first of the new.</summary>
    void OnView(in CommandContext context, ClusterView view);
}

/// <summary>What an application sees of the cluster (R16).</summary>
/// <param name="Epoch">The configuration's number.</param>
/// <param name="Leader">The member that leads.</param>
/// <param name="Members">All members, in the configuration's order.</param>
public sealed record ClusterView(uint Epoch, string Leader, IReadOnlyList<string> Members);
