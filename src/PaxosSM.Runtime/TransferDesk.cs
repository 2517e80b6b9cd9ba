using PaxosSM.Election;

namespace PaxosSM.Runtime;

/// <summary>Keeps who waits for another leader, and tells them what came of it. Safe for use by many threads.</summary>
internal sealed class TransferDesk
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, TaskCompletionSource<TransferAnswer>> _waiting = [];
    private long _number;

    /// <summary>Takes a wish.</summary>
    /// <returns>What to hand to the core, and what will come of it.</returns>
    public (TransferRequested Wish, Task<TransferAnswer> Result) Add(NodeId to)
    {
        lock (_gate)
        {
            TaskCompletionSource<TransferAnswer> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(++_number, result);
            return (new(_number, to), result.Task);
        }
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Forget(TransferRequested wish)
    {
        lock (_gate)
        {
            _waiting.Remove(wish.Id);
        }
    }

    /// <summary>The core answered.</summary>
    public void On(TransferAnswer answer)
    {
        lock (_gate)
        {
            if (_waiting.Remove(answer.Id, out var result))
            {
                result.SetResult(answer);
            }
        }
    }

    /// <summary>The replica halted: it leads nobody, and hands nothing on.</summary>
    public void Stop(string why)
    {
        lock (_gate)
        {
            foreach (var (id, result) in _waiting)
            {
                result.SetResult(new(id, TransferError.NotLeader, why, NodeId.None));
            }

            _waiting.Clear();
        }
    }
}
