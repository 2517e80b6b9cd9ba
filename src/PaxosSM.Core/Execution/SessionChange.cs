namespace PaxosSM.Execution;

/// <summary>A change of the session table that can be taken back (R18). The set is closed.</summary>
/// <param name="Session">Whose.</param>
internal abstract record SessionChange(Session Session);

/// <summary>A session was opened.</summary>
internal sealed record SessionOpened(Session Session) : SessionChange(Session);

/// <summary>A session was closed, or expired.</summary>
internal sealed record SessionRemoved(Session Session) : SessionChange(Session);

/// <summary>A session was heard of.</summary>
/// <param name="Session">Whose.</param>
/// <param name="LastActive">When it was before.</param>
/// <param name="AcknowledgedThrough">What it had acknowledged before.</param>
/// <param name="Released">The results that went with what it acknowledged now; null for none.</param>
internal sealed record SessionTouched(
    Session Session, LogTime LastActive, long AcknowledgedThrough, List<KeptResult>? Released) : SessionChange(Session);

/// <summary>A command was applied.</summary>
/// <param name="Session">Whose.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Highest">The highest number applied before.</param>
internal sealed record SessionCompleted(Session Session, long Sequence, long Highest) : SessionChange(Session);

/// <summary>A result that a ring has given away.</summary>
/// <param name="Sequence">The command's number.</param>
/// <param name="Slot">Where it was applied.</param>
/// <param name="Bytes">The result.</param>
internal readonly record struct KeptResult(long Sequence, Slot Slot, ReadOnlyMemory<byte> Bytes);
