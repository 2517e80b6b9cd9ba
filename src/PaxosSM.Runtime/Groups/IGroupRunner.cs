namespace PaxosSM.Runtime.Groups;

/// <summary>Runs what a <see cref="GroupRoster"/> asks for: threads, machines and connections are its own
/// matter.</summary>
/// <remarks>One call at a time, in the roster's order.</remarks>
public interface IGroupRunner
{
    /// <summary>Recovers a group, and runs it from now on.</summary>
    /// <remarks>An exception means that it does not run here; the other groups go on.</remarks>
    Task StartAsync(GroupInfo group, CancellationToken cancellationToken);

    /// <summary>Does nothing more for a group, and appends nothing more of it to the log; what it has on disk
    /// stays.</summary>
    Task StopAsync(GroupId group, string why);

    /// <summary>The group is no concern of this node any more.</summary>
    void OnForgotten(GroupId group);
}
