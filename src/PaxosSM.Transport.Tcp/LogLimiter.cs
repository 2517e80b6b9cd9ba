namespace PaxosSM.Transport.Tcp;

/// <summary>Lets ten lines through in ten seconds and counts the others: whoever knocks all the time must not fill the
/// log.</summary>
internal sealed class LogLimiter(TimeProvider time)
{
    private const int LinesMax = 10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _windowStart = time.GetTimestamp();
    private int _lines;
    private long _suppressed;

    public bool Allows(out long suppressed)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_windowStart) >= Window)
            {
                _windowStart = time.GetTimestamp();
                _lines = 0;
            }

            suppressed = _suppressed;
            if (_lines >= LinesMax)
            {
                _suppressed++;
                return false;
            }

            _lines++;
            _suppressed = 0;
            return true;
        }
    }
}
