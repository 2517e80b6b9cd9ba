namespace PaxosSM.Client;

/// <summary>Whether a caller's thread carries a lone command to the node itself. That is the quickest way for who
/// waits for the answer; who asks for more without waiting would ask once a round, as long as each answer is faster
/// than the way back from the node.</summary>
/// <remarks>For one thread at a time, the callers' in turn.</remarks>
internal sealed class CallerSends
{
    // So many others carry before a caller's own thread is tried again; twice as many each time in a row.
    private const int OthersMin = 16;
    private const int OthersMax = 4096;
    private int _others = OthersMin;
    private int _left;
    private int _thread;
    private bool _isOvertaken;

    /// <summary>Whether the thread should.</summary>
    /// <param name="thread">The caller's.</param>
    public bool Allows(int thread)
    {
        if (_isOvertaken && thread == _thread)
        {
            // Whoever waited would go on where the answer came in, on another thread.
            _left = _others;
            _others = Math.Min(2 * _others, OthersMax);
        }

        _isOvertaken = false;
        if (_left > 0)
        {
            _left--;
            return false;
        }

        return true;
    }

    /// <summary>It did.</summary>
    /// <param name="thread">The caller's.</param>
    /// <param name="isAnswered">Whether the command is answered already.</param>
    public void OnSent(int thread, bool isAnswered)
    {
        (_thread, _isOvertaken) = (thread, isAnswered);
        if (!isAnswered)
        {
            _others = OthersMin;
        }
    }
}
