using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime;

/// <summary>What a wish for another epoch came to.</summary>
/// <param name="Error">None when the epoch that was asked for has begun.</param>
/// <param name="Text">Why not, for people.</param>
/// <param name="Epoch">The epoch that began: the wished one, or the one that came before it could; null when nothing
/// began.</param>
public sealed record ReconfigurationResult(ReconfigurationError Error, string Text, EpochStart? Epoch)
{
    /// <summary>What comes of it at a node that leads nobody.</summary>
    public static ReconfigurationResult NotLeading(string why) => new(ReconfigurationError.NotLeader, why, null);
}

/// <summary>Keeps who waits for the end of an epoch, and tells them what came of it. Safe for use by many
/// threads.</summary>
internal sealed class ReconfigurationDesk
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Waiting> _waiting = [];
    private long _number;

    /// <summary>Takes a wish.</summary>
    /// <returns>What to hand to the core, and what will come of it.</returns>
    public (ReconfigurationRequested Wish, Task<ReconfigurationResult> Result) Add(
        Epoch expected, Configuration next, bool force)
    {
        lock (_gate)
        {
            Waiting waiting = new(expected);
            _waiting.Add(++_number, waiting);
            return (new(_number, expected, next, force), waiting.Result.Task);
        }
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Forget(ReconfigurationRequested wish)
    {
        lock (_gate)
        {
            _waiting.Remove(wish.Id);
        }
    }

    /// <summary>The core answered: the stop is proposed, or refused.</summary>
    public void On(ReconfigurationAnswer answer)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(answer.Id, out var waiting))
            {
                return;
            }

            waiting.Digest = answer.Digest;
            if (answer.Error != ReconfigurationError.None)
            {
                _waiting.Remove(answer.Id);
                waiting.Result.SetResult(new(answer.Error, answer.Text, null));
            }
        }
    }

    /// <summary>An epoch began here.</summary>
    public void On(EpochStart start)
    {
        lock (_gate)
        {
            foreach (var (id, waiting) in _waiting.ToArray())
            {
                if (start.Epoch > waiting.Expected)
                {
                    _waiting.Remove(id);
                    waiting.Result.SetResult(ResultOf(waiting, start));
                }
            }
        }
    }

    /// <summary>The replica halted: nobody hears here what comes of it.</summary>
    public void Stop(string why)
    {
        lock (_gate)
        {
            foreach (var (_, waiting) in _waiting)
            {
                waiting.Result.SetResult(ReconfigurationResult.NotLeading(why));
            }

            _waiting.Clear();
        }
    }

    private static ReconfigurationResult ResultOf(Waiting waiting, EpochStart start)
    {
        if (start.Epoch == waiting.Expected.Next && start.Digest == waiting.Digest)
        {
            return new(ReconfigurationError.None, string.Empty, start);
        }

        var names = string.Join(", ", start.Configuration.Members.Select(member => member.Name));
        return new(ReconfigurationError.EpochSuperseded, $"{start} began instead: {names}", start);
    }

    private sealed class Waiting(Epoch expected)
    {
        public Epoch Expected { get; } = expected;

        public uint Digest { get; set; }

        public TaskCompletionSource<ReconfigurationResult> Result { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
