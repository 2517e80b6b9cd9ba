using System.Text;
using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Groups;

namespace PaxosSM.Hosting;

/// <summary>The groups that a cluster's nodes host beside the first one: thousands share a node's connections, log,
/// failure detector and threads; those without work cost nothing but their memory.</summary>
/// <remarks>
/// <para>Which groups there are is itself replicated: made or removed at one node, a group is made or removed at all. A
/// group's first members are those of the catalog's present epoch; each group then changes its own
/// (<see cref="ReconfigureAsync"/>). Every node must be given the same machines
/// (<see cref="NodeServices.GroupMachines"/>).</para>
/// <para>Safe for use by many threads. Every wait ends at the client's timeout.</para>
/// </remarks>
public sealed class NodeGroups
{
    private readonly NodeContext _node;
    private readonly Func<NodeServing?> _serving;
    private readonly Func<string> _waiting;

    internal NodeGroups(NodeContext node, Func<NodeServing?> serving, Func<string> waiting) =>
        (_node, _serving, _waiting) = (node, serving, waiting);

    /// <summary>The groups, by name, as far as this node has come.</summary>
    /// <exception cref="PaxosException">This node hosts no groups; the message says why.</exception>
    public IReadOnlyList<GroupInfo> All => [.. Host.All.Values];

    /// <summary>How many of them run at this node.</summary>
    public int Running => Host.Running;

    /// <summary>Finds a group; null when this node knows none of that name.</summary>
    public GroupInfo? Find(string name) => Host.All.GetValueOrDefault(name);

    /// <summary>The group's state here, as of its last tick; null while it does not run here.</summary>
    public ReplicaStatus? StatusOf(GroupId group) => Host.Find(group)?.Status;

    /// <summary>Why a group does not run here, though it should; null when nothing is known.</summary>
    public string? FailureOf(GroupId group) => Host.FailureOf(group);

    /// <summary>Makes a group, at all nodes; completes when it runs here.</summary>
    /// <param name="name">Its name: 1 to 256 bytes of UTF-8.</param>
    /// <param name="kind">Which machine it replicates.</param>
    /// <param name="cancellationToken">Ends the wait; the group may come still.</param>
    /// <exception cref="PaxosException">There is one of that name, of another kind
    /// (<see cref="PaxosError.BadRequest"/>); or it was not made in time, or does not start here.</exception>
    /// <returns>The group; one that was there before is found, so that a call may be repeated.</returns>
    public async Task<GroupInfo> CreateAsync(
        string name, string kind = "", CancellationToken cancellationToken = default)
    {
        Check(name);
        Check(kind, least: 0);
        return await MakeAsync(name, kind, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a group that goes on from a backup of another one, which may be of another cluster, or removed:
    /// with its state, sessions and timers, behind the backup's last slot, in the epoch that follows, and under a
    /// number of its own. Completes when it runs here.</summary>
    /// <remarks>
    /// <para>This node must have the backup (<see cref="NodeServices.GroupBackups"/>); founders that have none learn
    /// the state from those that do. Until enough hold it (<see cref="ReplicaStatus.IsHandedOver"/>, R14) the backup
    /// must stay: it is all that a loss of those could be made good with. A founder whose backup is damaged, or another
    /// one, does not run the group (<see cref="FailureOf"/>) until it is restored again there.</para>
    /// <para>Clients of the lost group are no clients of this one, which has another number; a session of theirs that
    /// is taken up here goes on (R17).</para>
    /// </remarks>
    /// <param name="name">Its name: 1 to 256 bytes of UTF-8.</param>
    /// <param name="backup">The backup's number (<see cref="Storage.BackupInfo.Id"/>).</param>
    /// <param name="kind">Which machine it replicates.</param>
    /// <param name="cancellationToken">Ends the wait; the group may come still.</param>
    /// <exception cref="PaxosException">The backup is not here, or unfit, or there is a group of that name which is
    /// another (<see cref="PaxosError.BadRequest"/>); or it was not made in time, or does not start here.</exception>
    /// <returns>The group; one that was restored before is found, so that a call may be repeated.</returns>
    public async Task<GroupInfo> RestoreAsync(
        string name, Guid backup, string kind = "", CancellationToken cancellationToken = default)
    {
        Check(name);
        Check(kind, least: 0);
        var restores = await Host.Restore.DescribeAsync(backup, cancellationToken).ConfigureAwait(false);
        return await MakeAsync(name, kind, restores, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a group, at all nodes, with everything that it holds; completes when it is gone here.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        Check(name);
        var host = Host;
        var (done, group) = await host.ExecuteAsync(GroupCatalog.Remove(name), cancellationToken).ConfigureAwait(false);
        if (done)
        {
            await WaitAsync(() => host.Find(group) is null, group, name, cancellationToken).ConfigureAwait(false);
        }

        return done;
    }

    /// <summary>A client of a group, at this node and within the process; the caller disposes it.</summary>
    /// <exception cref="PaxosException">The group does not run here.</exception>
    public IPaxosClient CreateClient(GroupId group, PaxosClientOptions? options = null)
    {
        var gateway = Host.GatewayOf(group)
            ?? throw new PaxosException(PaxosError.Stopped, $"{_node.Name} has no {group}: it was removed, or is not "
                + "made here yet");
        return _node.NewClient(gateway, options);
    }

    /// <summary>Ends a group's present epoch, and begins one with other members: as
    /// <see cref="PaxosNode.ReconfigureAsync"/> does for the first group, at the group's leader.</summary>
    /// <remarks>The members must be nodes that the first group lists: numbers and addresses are one for a
    /// host.</remarks>
    public Task<ReconfigurationResult> ReconfigureAsync(
        GroupId group,
        Epoch expected,
        Configuration next,
        bool force = false,
        CancellationToken cancellationToken = default)
    {
        var known = Members;
        if (next.Members.FirstOrDefault(member => known.Find(member.Id)?.Name != member.Name) is { } stranger)
        {
            return Task.FromResult(new ReconfigurationResult(
                Reconfiguration.ReconfigurationError.Invalid,
                $"'{stranger.Name}' is no member of the first group: add it there first",
                null));
        }

        return Host.Find(group) is { } hosted
            ? hosted.ReconfigureAsync(expected, next, force, cancellationToken)
            : Task.FromResult(new ReconfigurationResult(
                Reconfiguration.ReconfigurationError.NotLeader, $"{_node.Name} has no {group}", null));
    }

    private HostedGroups Host => _serving()?.Groups ?? throw new PaxosException(
        PaxosError.Stopped,
        _node.Services.GroupMachines is null
            ? $"{_node.Name} hosts no groups beside its first one: it was given no GroupMachines"
            : $"{_node.Name} does not serve: {_waiting()}");

    // Only a node that serves has got here.
    private Configuration Members => _serving()!.Members;

    private async Task<GroupInfo> MakeAsync(
        string name, string kind, GroupRestoration? restores, CancellationToken cancellationToken)
    {
        var host = Host;
        var command = GroupCatalog.Create(name, kind, Members.AsFounders(), restores);
        var (_, group) = await host.ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
        host.TryAgain(group);
        await WaitAsync(() => host.Find(group) is not null, group, name, cancellationToken).ConfigureAwait(false);
        var made = host.All.GetValueOrDefault(name);
        var other = made?.Id != group ? "removed"
            : made.Kind != kind ? $"of the kind '{made.Kind}'"
            : restores is not null && made.Restores is null ? "not restored"
            : restores is not null && made.Restores!.Backup != restores.Backup
                ? $"restored from backup {made.Restores.Backup:N}"
            : null;
        return other is null ? made! : throw new PaxosException(PaxosError.BadRequest, $"'{name}' is {other}");
    }

    private static void Check(string text, int least = 1)
    {
        if (Encoding.UTF8.GetByteCount(text) is var bytes && (bytes < least || bytes > GroupCatalog.NameBytesMax))
        {
            throw new PaxosException(
                PaxosError.BadRequest, $"a name has {least} to {GroupCatalog.NameBytesMax} bytes, not {bytes}");
        }
    }

    private async Task WaitAsync(
        Func<bool> holds, GroupId group, string name, CancellationToken cancellationToken)
    {
        var host = Host;
        var timeout = _node.Options.Client.Timeout;
        var began = _node.Time.GetTimestamp();
        while (!holds())
        {
            if (host.FailureOf(group) is { } failure)
            {
                throw new PaxosException(PaxosError.Stopped, $"'{name}' ({group}) does not start here: {failure}");
            }

            var left = timeout - _node.Time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                throw new PaxosException(
                    PaxosError.Timeout, $"'{name}' ({group}) is chosen, and not carried out here after {timeout}");
            }

            _ = await host.MovesAsync(
                left < TimeSpan.FromMilliseconds(100) ? left : TimeSpan.FromMilliseconds(100), cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
