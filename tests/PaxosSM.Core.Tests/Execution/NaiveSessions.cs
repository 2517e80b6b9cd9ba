using PaxosSM.Execution;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>R17 written down as plainly as can be: every question is answered by looking at everything.</summary>
internal sealed class NaiveSessions(SessionLimits limits)
{
    private readonly SortedDictionary<long, NaiveSession> _open = [];
    private long _opened;
    private long _count;

    public LogTime NextDeadline => _open.Count == 0 ? LogTime.Never : _open.Values.Min(session => session.Deadline);

    public void Expire(LogTime now)
    {
        foreach (var id in _open.Where(pair => pair.Value.Deadline <= now).Select(pair => pair.Key).ToList())
        {
            _open.Remove(id);
        }
    }

    public Told Open(int nonce, SessionMode mode, int window, int timeout, LogTime now, long slot)
    {
        foreach (var (id, session) in _open)
        {
            if (session.Nonce == nonce)
            {
                session.LastActive = now;
                return new(0, nonce, PaxosError.None, 0, slot, id);
            }
        }

        window = Math.Min(window, limits.WindowMax);
        var windows = _open.Values.Sum(session => session.Window) + window;
        if (_open.Count >= limits.SessionsMax || windows > limits.WindowSumMax)
        {
            return new(0, nonce, PaxosError.Busy, 0, slot, 0);
        }

        var opened = new NaiveSession
        {
            Nonce = nonce, Mode = mode, Window = window, Timeout = timeout, LastActive = now,
        };
        _open.Add(++_opened, opened);
        return new(0, nonce, PaxosError.None, 0, slot, _opened);
    }

    public Told Touch(long id, long sequence, long acknowledged, bool close, LogTime now, long slot)
    {
        if (!_open.TryGetValue(id, out var session))
        {
            return new(id, sequence, PaxosError.SessionExpired, 0, slot, 0);
        }

        session.Touch(acknowledged, now);
        if (close)
        {
            _open.Remove(id);
        }

        return new(id, sequence, PaxosError.None, 0, slot, 0);
    }

    public Told Command(long id, long sequence, long acknowledged, int size, LogTime now, long slot)
    {
        if (!_open.TryGetValue(id, out var session))
        {
            return new(id, sequence, PaxosError.SessionExpired, 0, slot, 0);
        }

        session.Touch(acknowledged, now);
        if (sequence <= session.Acknowledged)
        {
            return new(id, sequence, PaxosError.SessionStale, 0, slot, 0);
        }

        if (session.Done.TryGetValue(sequence, out var done))
        {
            return new(id, sequence, PaxosError.None, 0, done.Slot, done.Result);
        }

        if (session.Mode == SessionMode.Ordered && sequence != session.Highest + 1)
        {
            return new(id, sequence, PaxosError.SessionGap, session.Highest + 1, slot, 0);
        }

        var full = sequence - session.Acknowledged > session.Window
            || session.Bytes >= limits.SessionBytesMax
            || _open.Values.Sum(other => other.Bytes) >= limits.BytesMax;
        if (full)
        {
            return new(id, sequence, PaxosError.Busy, 0, slot, 0);
        }

        session.Highest = Math.Max(session.Highest, sequence);
        session.Done.Add(sequence, (slot, ++_count, size));
        return new(id, sequence, PaxosError.None, 0, slot, _count);
    }

    private sealed class NaiveSession
    {
        public int Nonce { get; init; }

        public SessionMode Mode { get; init; }

        public int Window { get; init; }

        public int Timeout { get; init; }

        public LogTime LastActive { get; set; }

        public long Acknowledged { get; private set; }

        public long Highest { get; set; }

        public SortedDictionary<long, (long Slot, long Result, int Size)> Done { get; } = [];

        public LogTime Deadline => LastActive.Add(TimeSpan.FromMilliseconds(Timeout));

        public long Bytes => Done.Values.Sum(done => 32L + done.Size);

        public void Touch(long acknowledged, LogTime now)
        {
            LastActive = now;
            acknowledged = Mode == SessionMode.Ordered ? Math.Min(acknowledged, Highest) : acknowledged;
            Acknowledged = Math.Max(Acknowledged, acknowledged);
            foreach (var sequence in Done.Keys.Where(sequence => sequence <= Acknowledged).ToList())
            {
                Done.Remove(sequence);
            }
        }
    }
}
