namespace PaxosSM.Roles;

/// <summary>An acceptor's word that it will promise no other ballot for a while (R20b). It lives in memory: a restarted
/// acceptor waits instead.</summary>
internal sealed class Lease
{
    private readonly TimeSpan _duration;
    private Ballot _holder = Ballot.None;
    private Instant _until;

    /// <summary>A lease may have been granted just before the restart, to a ballot nobody remembers.</summary>
    public Lease(TimeSpan duration, bool restarted, Instant now)
    {
        _duration = duration;
        _until = restarted ? now + duration : default;
    }

    /// <summary>Whether the ballot may be neither promised nor voted in yet. The holder's own next ballot may: the same
    /// life has ended the reign that the lease served before it asked.</summary>
    public bool Forbids(Ballot ballot, Instant now) => now < _until && !IsOfHolder(ballot);

    /// <summary>Grants, unless another ballot's lease still runs.</summary>
    public bool Grant(Ballot ballot, Instant now)
    {
        if (_duration <= TimeSpan.Zero || Forbids(ballot, now))
        {
            return false;
        }

        _holder = ballot;
        _until = now + _duration;
        return true;
    }

    private bool IsOfHolder(Ballot ballot) =>
        ballot.Proposer == _holder.Proposer && ballot.Incarnation == _holder.Incarnation && ballot >= _holder;
}
