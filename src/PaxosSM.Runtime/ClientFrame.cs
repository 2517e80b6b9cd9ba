namespace PaxosSM.Runtime;

/// <summary>A frame between a client and the node that serves it. The set is closed.</summary>
public abstract record ClientFrame
{
    private protected ClientFrame()
    {
    }

    /// <summary>Nobody reads the frame any more: what was lent for it is given back, unless a value has it.
    /// Once.</summary>
    public void GiveBack() => LentMemory.GiveBack(Lent);

    /// <summary>What may be lent.</summary>
    private protected virtual ReadOnlyMemory<byte> Lent => default;
}

/// <summary>Client to node: commands, to be applied once each.</summary>
/// <param name="Group">The group.</param>
/// <param name="Entries">Entries as <see cref="CommandEntry"/> lays them out.</param>
/// <param name="Count">How many.</param>
public sealed record ClientSubmit(GroupId Group, ReadOnlyMemory<byte> Entries, int Count) : ClientFrame
{
    /// <summary>Whether results are to be told ahead of choice as well (R18): from now on, on this
    /// connection.</summary>
    public bool WantsTentative { get; init; }

    private protected override ReadOnlyMemory<byte> Lent => Entries;
}

/// <summary>Node to client: a command's end.</summary>
/// <param name="Group">The group.</param>
/// <param name="Session">The session; for an opening, <see cref="SessionId.None"/>.</param>
/// <param name="Sequence">The command's number; for an opening, the first 8 bytes of its nonce.</param>
/// <param name="Error"><see cref="PaxosError.None"/>, or why it was refused; then <paramref name="Result"/> is the
/// message as UTF-8.</param>
/// <param name="Detail">For <see cref="PaxosError.SessionGap"/>: the number to resend from.</param>
/// <param name="Slot">The slot it was applied in.</param>
/// <param name="Durability">What the acknowledgement is worth.</param>
/// <param name="Result">What the machine wrote.</param>
public sealed record ClientResult(
    GroupId Group, SessionId Session, long Sequence, PaxosError Error, long Detail, Slot Slot, Durability Durability,
        ReadOnlyMemory<byte> Result)
    : ClientFrame;

/// <summary>Node to client: the ends of many commands, gathered over one round of the executor.</summary>
/// <param name="Group">The group.</param>
/// <param name="Durability">What the acknowledgements are worth.</param>
/// <param name="Results">Results as <see cref="ResultEntry"/> lays them out; the receiver may keep slices of
/// it.</param>
/// <param name="Count">How many.</param>
public sealed record ClientResults(GroupId Group, Durability Durability, ReadOnlyMemory<byte> Results, int Count)
    : ClientFrame
{
    /// <summary>Whether they are told ahead of choice (R18): no command has ended, and what is told may never
    /// be.</summary>
    public bool IsTentative { get; init; }

    private protected override ReadOnlyMemory<byte> Lent => Results;
}

/// <summary>Client to node: a query.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The client's number for it.</param>
/// <param name="Consistency">What it asks for.</param>
/// <param name="Timeout">How long the node may try.</param>
/// <param name="Query">The query.</param>
public sealed record ClientQuery(
    GroupId Group, long Id, ReadConsistency Consistency, TimeSpan Timeout, ReadOnlyMemory<byte> Query) : ClientFrame;

/// <summary>Node to client: a query's end.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The client's number.</param>
/// <param name="Error"><see cref="PaxosError.None"/>, or why not; then <paramref name="Result"/> is the message as
/// UTF-8.</param>
/// <param name="Slot">The last slot applied.</param>
/// <param name="Time">The log's time there.</param>
/// <param name="Age">How old the state may be.</param>
/// <param name="Result">What the machine wrote.</param>
public sealed record ClientQueryResult(
    GroupId Group, long Id, PaxosError Error, Slot Slot, LogTime Time, TimeSpan Age, ReadOnlyMemory<byte> Result)
        : ClientFrame;

/// <summary>Client to node: why does it take so long? The answer is a <see cref="ClientStatus"/>.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The client's number for it.</param>
public sealed record ClientStatusRequest(GroupId Group, long Id) : ClientFrame;

/// <summary>Node to client: the node's view of the group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The client's number; 0 when told unasked, as the leader has changed; <see cref="Busy"/> when told
/// unasked, as submissions were refused.</param>
/// <param name="Leader">Who leads, by address; empty when nobody is known to.</param>
/// <param name="Text">The node's state in words: who leads, or what is missing since when.</param>
public sealed record ClientStatus(GroupId Group, long Id, string Leader, string Text) : ClientFrame
{
    /// <summary>The <see cref="Id"/> that says: some submissions were refused for now, <see cref="Text"/> says why.
    /// Hold back, then send again what is unanswered.</summary>
    public const long Busy = -1;

    /// <summary>The <see cref="Id"/> that says: this node serves no clients any more; go to one of
    /// <see cref="Addresses"/>.</summary>
    public const long TurnedAway = -2;

    /// <summary>Where clients are served now, as the node knows: an old list of addresses finds the cluster by
    /// them.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Whether the group is wedged: it takes no commands until the node says otherwise. Told only while
    /// somebody leads.</summary>
    public bool IsWedged { get; init; }
}

/// <summary>Client to node: somebody who looks after the cluster wants something.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The client's number for it.</param>
/// <param name="Command">What, in words: as the host reads them.</param>
public sealed record ClientAdmin(GroupId Group, long Id, string Command) : ClientFrame;

/// <summary>Node to client: how an administration's command goes, or ended.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The client's number.</param>
/// <param name="State">How it stands.</param>
/// <param name="Text">In words.</param>
public sealed record ClientAdminResult(GroupId Group, long Id, AdminState State, string Text) : ClientFrame;

/// <summary>Client to node: back the group up, and send it here; then, how much of it was taken. It ends with a
/// <see cref="ClientAdminResult"/> of the same number.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The client's number for it.</param>
/// <param name="Taken">How many bytes the client has taken; zero asks for the backup.</param>
public sealed record ClientBackup(GroupId Group, long Id, long Taken) : ClientFrame;

/// <summary>Node to client: a piece of a backup, in order and without a gap.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The client's number for it.</param>
/// <param name="Offset">Where the piece begins in the backup.</param>
/// <param name="Bytes">The piece.</param>
public sealed record ClientBackupPiece(GroupId Group, long Id, long Offset, ReadOnlyMemory<byte> Bytes) : ClientFrame;

/// <summary>How an administration's command stands.</summary>
public enum AdminState : byte
{
    /// <summary>It goes on; the text says what it waits for.</summary>
    UnderWay = 0,

    /// <summary>It is done.</summary>
    Done = 1,

    /// <summary>It was refused, or given up; the text says why.</summary>
    Refused = 2,

    /// <summary>This node can't do it: the text is the leader's address, empty when nobody is known to lead.</summary>
    Elsewhere = 3,
}
