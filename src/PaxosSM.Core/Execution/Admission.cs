namespace PaxosSM.Execution;

/// <summary>What the session table says to a command.</summary>
/// <param name="Session">Its session, when the command is to be applied, or was applied before; else null.</param>
/// <param name="IsRepeat">It was applied before: its result is kept.</param>
/// <param name="Error">Why it is refused; none when it is not.</param>
/// <param name="Detail">For <see cref="PaxosError.SessionGap"/>: the number to resend from.</param>
internal readonly record struct Admission(Session? Session, bool IsRepeat, PaxosError Error, long Detail)
{
    /// <summary>Apply it, then <see cref="SessionTable.Complete"/>.</summary>
    public static Admission Apply(Session session) => new(session, false, PaxosError.None, 0);

    /// <summary>Answer with the kept result.</summary>
    public static Admission Repeat(Session session) => new(session, true, PaxosError.None, 0);

    /// <summary>Don't apply it.</summary>
    public static Admission Refuse(PaxosError error, long detail = 0) => new(null, false, error, detail);
}
