namespace PaxosSM.Client;

/// <summary>Tells a session's callers what is guessed of their results (R18), in order, and never on the thread that
/// brings it. Safe for use by many threads.</summary>
internal sealed class TentativeQueue(ClientScheduling scheduling) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<(Action<TentativeResult> Told, TentativeResult Result)> _news = new();
    private bool _telling;

    public void Add(Action<TentativeResult> told, TentativeResult result)
    {
        lock (_gate)
        {
            _news.Enqueue((told, result));
            if (_telling)
            {
                return;
            }

            _telling = true;
        }

        scheduling.Run(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Next() is { } news)
        {
            news.Told(news.Result);
        }
    }

    private (Action<TentativeResult> Told, TentativeResult Result)? Next()
    {
        lock (_gate)
        {
            _telling = _news.TryDequeue(out var news);
            return _telling ? news : null;
        }
    }
}
