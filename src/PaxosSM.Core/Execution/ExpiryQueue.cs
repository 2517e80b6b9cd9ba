namespace PaxosSM.Execution;

/// <summary>The sessions as a heap by deadline.</summary>
/// <remarks>
/// A session's deadline rises with every command; the heap learns of it only when the session comes to its top. So a
/// command costs nothing here, and each session is refiled at most once per time that passes over its deadline.
/// </remarks>
internal sealed class ExpiryQueue
{
    private readonly List<Session> _heap = [];

    /// <summary>The earliest deadline; never for none.</summary>
    public LogTime Next
    {
        get
        {
            Settle();
            return _heap.Count == 0 ? LogTime.Never : _heap[0].FiledDeadline;
        }
    }

    /// <summary>Files a session.</summary>
    public void Add(Session session)
    {
        session.FiledDeadline = session.Deadline;
        _heap.Add(session);
        Place(session, _heap.Count - 1);
        SiftUp(session.QueueIndex);
    }

    /// <summary>Files a session anew, if its deadline is earlier than it was.</summary>
    public void Refile(Session session)
    {
        if (session.Deadline < session.FiledDeadline)
        {
            session.FiledDeadline = session.Deadline;
            SiftUp(session.QueueIndex);
        }
    }

    /// <summary>Forgets a session.</summary>
    public void Remove(Session session)
    {
        var index = session.QueueIndex;
        Invariant.Holds(_heap[index] == session);
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (last != session)
        {
            Place(last, index);
            SiftUp(index);
            SiftDown(last.QueueIndex);
        }
    }

    /// <summary>The session that expires first, if it has at <paramref name="now"/>.</summary>
    public Session? FindExpired(LogTime now)
    {
        if (_heap.Count == 0 || _heap[0].FiledDeadline > now)
        {
            return null;
        }

        Settle();
        return _heap[0].FiledDeadline <= now ? _heap[0] : null;
    }

    private void Settle()
    {
        while (_heap.Count > 0 && _heap[0].FiledDeadline < _heap[0].Deadline)
        {
            _heap[0].FiledDeadline = _heap[0].Deadline;
            SiftDown(0);
        }
    }

    private void SiftUp(int index)
    {
        var session = _heap[index];
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (_heap[parent].FiledDeadline <= session.FiledDeadline)
            {
                break;
            }

            Place(_heap[parent], index);
            index = parent;
        }

        Place(session, index);
    }

    private void SiftDown(int index)
    {
        var session = _heap[index];
        while (true)
        {
            var child = (2 * index) + 1;
            if (child >= _heap.Count)
            {
                break;
            }

            if (child + 1 < _heap.Count && _heap[child + 1].FiledDeadline < _heap[child].FiledDeadline)
            {
                child++;
            }

            if (session.FiledDeadline <= _heap[child].FiledDeadline)
            {
                break;
            }

            Place(_heap[child], index);
            index = child;
        }

        Place(session, index);
    }

    private void Place(Session session, int index)
    {
        _heap[index] = session;
        session.QueueIndex = index;
    }
}
