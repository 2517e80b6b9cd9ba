namespace PaxosSM.Client;

/// <summary>Decides when a session sends, sends again, and holds back. For one thread at a time.</summary>
internal sealed class ResendPacer
{
    private const int RefusalsMax = 6;
    private static readonly TimeSpan HoldStart = TimeSpan.FromMilliseconds(10);
    private readonly TimeSpan _interval;
    private readonly ClientScheduling _scheduling;
    private Instant _holdUntil;
    private Instant _gapAt;
    private long _gapFrom;
    private int _refusals;

    public ResendPacer(TimeSpan interval, ClientScheduling scheduling)
    {
        _interval = interval;
        _scheduling = scheduling;
    }

    /// <summary>When something was last answered, or everything sent again.</summary>
    public Instant ProgressAt { get; private set; }

    /// <summary>When something was last sent.</summary>
    public Instant SentAt { get; private set; }

    public bool Holds(Instant now) => now < _holdUntil;

    public void OnSent(Instant now) => SentAt = now;

    public void OnProgress(Instant now)
    {
        ProgressAt = now;
        _refusals = 0;
        _holdUntil = default;
    }

    /// <summary>A command joined an empty ring: the wait for an answer begins now.</summary>
    public void OnFirst(Instant now) => ProgressAt = now;

    /// <summary>
    /// Refused for now: each refusal in a row doubles the pause, with some chance, so that clients don't come back all
    /// together.
    /// </summary>
    public void OnRefused(Instant now)
    {
        if (Holds(now))
        {
            return;
        }

        var pause = HoldStart * (1 << Math.Min(_refusals, RefusalsMax));
        _refusals++;
        _holdUntil = now + (pause * (0.5 + _scheduling.NextDouble()));
    }

    /// <summary>What was held back is to go out now: a leader, or a connection, is there.</summary>
    public void OnOpportunity(Instant now)
    {
        ProgressAt = now;
        _refusals = 0;
        _holdUntil = default;
    }

    /// <summary>A gap was reported. Every command behind it reports it again: only the first counts.</summary>
    public bool AcceptGap(long from, Instant now)
    {
        if (from == _gapFrom && now - _gapAt < _interval)
        {
            return false;
        }

        _gapFrom = from;
        _gapAt = now;
        return true;
    }

    /// <summary>What was sent before this moment should go again.</summary>
    /// <remarks>
    /// Nothing answered for the interval: all of it. Else only what has been passed over for long: a busy cluster is
    /// slow, and sending again then makes it slower.
    /// </remarks>
    public Instant ResendBefore(Instant now)
    {
        const int PatienceFactor = 4;
        var patience = now - ProgressAt >= _interval ? _interval : _interval * PatienceFactor;
        return new(now.Microseconds - (patience.Ticks / TimeSpan.TicksPerMicrosecond));
    }
}
