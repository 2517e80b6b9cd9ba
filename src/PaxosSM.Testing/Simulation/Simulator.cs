using PaxosSM.Runtime;

namespace PaxosSM.Testing.Simulation;

/// <summary>Runs whole clusters on one thread: the production code on a simulated network, disk, clock and
/// scheduler.</summary>
/// <remarks>A function of the plan: it reads no clock, starts no thread and touches no file. Runs on different threads
/// don't know of each other.</remarks>
public static class Simulator
{
    /// <summary>Runs a plan: first what breaks and the load at once, then a whole world in which everything must finish
    /// (I13).</summary>
    /// <param name="plan">All that decides the run.</param>
    /// <param name="options">What to run on the cluster, and who listens; null for the defaults.</param>
    /// <returns>How it ended; a violation is no exception, and an exception within the run is a violation.</returns>
    public static SimulationResult Run(SimulationPlan plan, SimulationOptions? options = null) =>
        Alone(plan, () => Run(new SimulatedRun(plan, options ?? new())));

    /// <summary>Runs a plan under a steady load, and measures it for the plan's duration. The plan's own clients stay
    /// away, and nothing is judged but the protocol's rules.</summary>
    /// <param name="plan">All that decides the run but the load.</param>
    /// <param name="load">What clients ask.</param>
    /// <returns>How the cluster did; a violation is no exception.</returns>
    public static Measurement Measure(SimulationPlan plan, SteadyLoad load) =>
        Alone(plan, () => new MeasuredRun(plan, load).Run());

    private static SimulationResult Run(SimulatedRun run)
    {
        try
        {
            return run.Run();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Told like what a property finds: when it happened and what came before say more than where it was thrown.
            var at = TimeSpan.FromMicroseconds(run.World.Now);
            var what = $"exception {failure.GetType().Name}";
            return new(new(what, at, failure.ToString(), run.Log.Tail), run.Log.Hash, run.Log.Counts, at);
        }
    }

    private static T Alone<T>(SimulationPlan plan, Func<T> run)
    {
        // What is not laid out for the way is shared by the nodes, and no node may give it back. What is given back is
        // spoilt at once: who reads it all the same is found out by a checksum.
        PayloadPool.UseHere(
            plan.Network.Encodes ? PayloadPool.Spoiling() : PayloadPool.LendingNothing());

        // A test runner's context would take what clients await to another thread.
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            PayloadPool.UseHere(null);
        }
    }
}
