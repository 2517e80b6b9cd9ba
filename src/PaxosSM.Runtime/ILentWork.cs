namespace PaxosSM.Runtime;

/// <summary>What a thread may do that is lent: see <see cref="LentThread"/>.</summary>
public interface ILentWork
{
    /// <summary>Runs on this thread, for a while; does nothing where another one runs it, who will see the work. Never
    /// throws.</summary>
    void RunHere();

    /// <summary>Wakes the work's own thread.</summary>
    void Signal();
}
