using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>What a leader knows of a proposer that may own lanes.</summary>
internal sealed class LaneCandidate
{
    private static readonly TimeSpan RateInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GoodBehaviour = TimeSpan.FromMinutes(1);
    private Instant _ratedAt;
    private long _ratedLoad;

    public uint Incarnation { get; private set; }

    public Instant HeardAt { get; private set; }

    /// <summary>The ballot whose deal it follows.</summary>
    public Ballot Owns { get; private set; }

    /// <summary>Since when it has been there without a break.</summary>
    public Instant ThereSince { get; private set; }

    /// <summary>It owns no lane before.</summary>
    public Instant ExcludedUntil { get; private set; }

    /// <summary>How often of late it has held up the frontier.</summary>
    public int Strikes { get; private set; }

    /// <summary>The bytes of commands that come to it, a second, of late.</summary>
    public long Rate { get; private set; }

    public void On(OwnerBeat beat, Instant now, TimeSpan silenceMax)
    {
        if (beat.Incarnation < Incarnation)
        {
            return; // late, from a life that is over
        }

        Owns = beat.Owns;
        if (beat.Incarnation != Incarnation || now - HeardAt >= silenceMax)
        {
            (Incarnation, ThereSince, _ratedAt, _ratedLoad, Rate) = (beat.Incarnation, now, now, beat.Load, 0);
        }

        HeardAt = now;
        if (now - _ratedAt >= RateInterval)
        {
            // Half of what it was, half of what it is: a burst does not move lanes, a minute does.
            var rate = (long)(Math.Max(0, beat.Load - _ratedLoad) / (now - _ratedAt).TotalSeconds);
            (_ratedAt, _ratedLoad, Rate) = (now, beat.Load, (Rate / 2) + (rate / 2));
        }
    }

    /// <summary>Its silence until now counts for nothing.</summary>
    public void Excuse(Instant now) => HeardAt = now;

    public void Strike(Instant now, TimeSpan exclusion)
    {
        Strikes = now - ExcludedUntil > GoodBehaviour ? 1 : Strikes + 1;
        ExcludedUntil = now + exclusion;
    }
}
