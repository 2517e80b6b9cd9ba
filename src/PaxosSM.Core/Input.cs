using PaxosSM.Election;
using PaxosSM.Messages;
using PaxosSM.Reconfiguration;

namespace PaxosSM;

/// <summary>What reaches the core.</summary>
public abstract record Input;

/// <summary>A message arrived, from a member whose identity the transport has checked.</summary>
/// <param name="From">The member.</param>
/// <param name="Message">The message.</param>
public sealed record Received(NodeId From, Message Message) : Input
{
    private Epoch _epoch;

    /// <summary>The member.</summary>
    public NodeId From { get; private set; } = From;

    /// <summary>The message.</summary>
    public Message Message { get; internal set; } = Message;

    /// <summary>The epoch that the sender spoke in; zero for the present one.</summary>
    public Epoch Epoch
    {
        get => _epoch;
        init => _epoch = value;
    }

    /// <summary>Becomes another message's. The core keeps no input beyond its step: one will do for whoever gives it
    /// messages one at a time.</summary>
    public void Renew(NodeId from, Epoch epoch, Message message) =>
        (From, _epoch, Message) = (from, epoch, message);
}

/// <summary>Time went by. Sent every few milliseconds.</summary>
/// <param name="Wall">The wall clock, for stamps (R19).</param>
public sealed record Ticked(LogTime Wall) : Input
{
    /// <summary>Whether something around the core needs ticks: a read that waits, a snapshot that travels.</summary>
    public bool Busy { get; init; }
}

/// <summary>Somebody waits for this replica, which may rest.</summary>
public sealed record RouseRequested : Input
{
    /// <summary>The only one there need be.</summary>
    public static RouseRequested Instance { get; } = new();
}

/// <summary>The failure detector's opinion changed (R22).</summary>
/// <param name="Hears">The members heard of late, this node among them.</param>
/// <param name="Healthy">False when this node's disk or loop is stuck: it shall look dead to others (R22).</param>
public sealed record Reachable(IReadOnlyList<NodeId> Hears, bool Healthy) : Input;

/// <summary>A client of this node wants a linearizable or lease read (R20).</summary>
/// <param name="Id">A number never used before in this life of the node.</param>
/// <param name="Lease">A lease will do (R20b).</param>
public sealed record ReadRequested(long Id, bool Lease) : Input;

/// <summary>The executor applied.</summary>
/// <param name="Through">The last slot applied.</param>
/// <param name="Time">The log's time there.</param>
/// <param name="NextDeadline">The earliest time that a session or timer waits for (R19); never for none.</param>
public sealed record Executed(Slot Through, LogTime Time, LogTime NextDeadline) : Input;

/// <summary>The executor took the digests of a checkpoint slot (R28).</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Chain">The hash chain there.</param>
/// <param name="Digest">The machine's digest there.</param>
public sealed record DigestTaken(Slot Slot, ulong Chain, ulong Digest) : Input;

/// <summary>A snapshot of the own machine is durable here.</summary>
/// <param name="Slot">What it covers; zero for nothing new.</param>
public sealed record SnapshotSaved(Slot Slot) : Input
{
    /// <summary>Whether the log needs the group's old records gone (R25): it trims all that it may, and leaves no tail
    /// for others.</summary>
    public bool FreesLog { get; init; }
}

/// <summary>A fetched snapshot is durable here and restored into the machine.</summary>
/// <param name="Slot">What it covers.</param>
/// <param name="Time">The log's time there.</param>
/// <param name="NextDeadline">As in <see cref="Executed"/>.</param>
public sealed record SnapshotInstalled(Slot Slot, LogTime Time, LogTime NextDeadline) : Input
{
    /// <summary>The epoch that it is of; null for the one that this node is in.</summary>
    public EpochStart? Epoch { get; init; }
}

/// <summary>Somebody wants the present epoch to end (R11).</summary>
/// <param name="Id">A number of the asker's, for <see cref="ReconfigurationAnswer"/>.</param>
/// <param name="Expected">The epoch that shall end: another one now, and nothing is done.</param>
/// <param name="Next">The members of the next one.</param>
/// <param name="Force">Don't wait for newcomers to be caught up (R15).</param>
public sealed record ReconfigurationRequested(long Id, Epoch Expected, Configuration Next, bool Force) : Input;

/// <summary>Somebody wants another node to lead.</summary>
/// <param name="Id">A number of the asker's, above zero, for <see cref="TransferAnswer"/>.</param>
/// <param name="To">The node.</param>
public sealed record TransferRequested(long Id, NodeId To) : Input;

/// <summary>Somebody looks after this node, or has done so: see <see cref="ReplicaContext.Drained"/>.</summary>
/// <param name="Drained">Whether it shall be drained.</param>
public sealed record DrainRequested(bool Drained) : Input;

/// <summary>A snapshot could not be fetched, or came too late to be of use; ask elsewhere.</summary>
/// <param name="From">Who was asked; none for a snapshot that the machine had overtaken.</param>
public sealed record SnapshotFailed(NodeId From) : Input;
