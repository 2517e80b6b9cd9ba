namespace PaxosSM.Runtime.Groups;

/// <summary>Runs what a <see cref="GroupRoster"/> asks for: threads, machines and connections are its own
/// matter.</summary>
/// <remarks>One call at a time, in the roster's order.</remarks>
public interface IGroupRunner
{
    /// <summary>Makes the backup that a restored group goes on from its first snapshot here, where this node holds
    /// that; durable on return.</summary>
    /// <param name="group">The group.</param>
    /// <param name="isNew">Whether nothing of the group is in the log here yet. Then a backup that is unfit is an
    /// exception: the group does not start here, and it can be tried again. Afterwards the others have what it lacks.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    Task InstallAsync(GroupInfo group, bool isNew, CancellationToken cancellationToken);

    /// <summary>Recovers a group, and runs it from now on.</summary>
    /// <remarks>An exception means that it does not run here; the other groups go on.</remarks>
    Task StartAsync(GroupInfo group, CancellationToken cancellationToken);

    /// <summary>Does nothing more for a group, and appends nothing more of it to the log; what it has on disk
    /// stays.</summary>
    Task StopAsync(GroupId group, string why);

    /// <summary>The group is no concern of this node any more.</summary>
    void OnForgotten(GroupId group);
}
