namespace PaxosSM.Testing.Simulation;

/// <summary>What a process computes with: it takes no time, unless the machine is slow.</summary>
/// <remarks>On a slow machine each message that arrives, and each step of a thread, takes its time before it has an
/// effect. Threads take turns; what they have no time for waits. Once the machine is fast again, what waits is worked
/// off as a healthy machine would.</remarks>
internal sealed class SimulatedProcessor(SimulatedNode node)
{
    /// <summary>What a message or a step costs, for each time that the machine is slower.</summary>
    public const long StepMicros = 10;

    private readonly Queue<Queue<Action>> _turns = [];

    /// <summary>Has a thread do something: at once, or when it has its turn.</summary>
    /// <param name="thread">What the thread has to do, in order.</param>
    /// <param name="work">What comes next.</param>
    public void Work(Queue<Action> thread, Action work)
    {
        if (node.Factor == 1 && _turns.Count == 0)
        {
            work();
            return;
        }

        thread.Enqueue(work);
        if (thread.Count == 1)
        {
            _turns.Enqueue(thread);
            if (_turns.Count == 1)
            {
                Begin();
            }
        }
    }

    /// <summary>The process died: nothing is done any more.</summary>
    public void Stop()
    {
        foreach (var thread in _turns)
        {
            thread.Clear();
        }

        _turns.Clear();
    }

    private void Begin() => node.World.After(StepMicros * node.Factor, End);

    private void End()
    {
        if (node.PausedUntil > node.World.Now)
        {
            node.World.At(node.PausedUntil, End);
            return;
        }

        // The thread keeps its turn meanwhile: what it brings about waits behind the others.
        if (_turns.TryPeek(out var thread))
        {
            thread.Peek()();
        }

        // The work may have ended the process.
        if (!_turns.TryDequeue(out thread))
        {
            return;
        }

        _ = thread.Dequeue();
        if (thread.Count > 0)
        {
            _turns.Enqueue(thread);
        }

        if (_turns.Count > 0)
        {
            Begin();
        }
    }
}
