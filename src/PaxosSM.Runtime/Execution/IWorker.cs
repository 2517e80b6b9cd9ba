namespace PaxosSM.Runtime.Execution;

/// <summary>Runs pieces of work one after another, beside whoever gives them.</summary>
/// <remarks>
/// Safe for use by many threads. Every piece given is run; once the worker is stopping, with a cancelled token, so that
/// it can clean up. Work handles its own errors: an exception out of it is a bug and ends the process' run of that
/// worker.
/// </remarks>
public interface IWorker
{
    /// <summary>Gives a piece of work; never blocks, never runs it inside the call.</summary>
    void Post(Func<CancellationToken, ValueTask> work);
}
