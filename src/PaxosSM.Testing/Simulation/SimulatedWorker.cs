using PaxosSM.Runtime.Execution;

namespace PaxosSM.Testing.Simulation;

/// <summary>A worker of a process, that is busy with its disk.</summary>
internal sealed class SimulatedWorker : IWorker
{
    private readonly Queue<Func<CancellationToken, ValueTask>> _waiting = [];
    private readonly Actor _actor;

    public SimulatedWorker(SimulatedProcess process) => _actor = process.NewDiskActor(RunOne);

    public void Post(Func<CancellationToken, ValueTask> work)
    {
        _waiting.Enqueue(work);
        _actor.Wake();
    }

    private void RunOne()
    {
        var work = _waiting.Dequeue()(CancellationToken.None);
        if (!work.IsCompleted)
        {
            throw new InvalidOperationException("work on a simulated disk ends at once; this waits for something");
        }

        work.GetAwaiter().GetResult();
        if (_waiting.Count > 0)
        {
            _actor.Wake();
        }
    }
}
