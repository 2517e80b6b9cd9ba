using System.Diagnostics;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Genesis;

namespace PaxosSM.Hosting;

/// <summary>What genesis' word means for a node: what it may do, and where its group begins.</summary>
/// <param name="Roles">The roles that it may play.</param>
/// <param name="OnlyLearns">Why it only learns, though it is listed as a voter; null when it does not.</param>
/// <param name="Completed">What every member confirmed; null for a node that is none, or none any more.</param>
internal sealed record GenesisAdoption(MemberRoles Roles, string? OnlyLearns, GenesisCompleted? Completed)
{
    /// <summary>How the first epoch of a restored group begins; null for a group that begins with nothing.</summary>
    public EpochStart? Start => Completed?.Start;

    /// <summary>Takes the outcome, durably.</summary>
    /// <exception cref="PaxosConfigurationException">This node must not start; the message says why.</exception>
    public static GenesisAdoption Of(NodeContext node, NodeDevices devices, GenesisOutcome outcome)
    {
        var (configuration, fork) = outcome switch
        {
            GenesisCompleted completed => (completed.Configuration, completed.Fork),
            StorageReplaced replaced => (replaced.Configuration, replaced.Fork),
            Joining joining => (joining.Configuration, joining.Fork),
            GenesisRefused refused => throw new PaxosConfigurationException(refused.Why),
            _ => throw new UnreachableException(),
        };
        // R33: what genesis began an operator's act may have ended.
        if (devices.Folder.Force is { } forced)
        {
            node.Log.Forced(forced.Text);
        }

        fork = devices.Folder.Identity.Fork is var own && own != ForkId.None ? own : fork;

        if (fork != ForkId.None)
        {
            devices.Folder.SaveFork(fork);
        }

        devices.Folder.SaveEpoch(configuration.Epoch);
        devices.Members.Adopt(configuration, devices.Folder.Identity);
        if (fork != ForkId.None)
        {
            devices.Transport.Regreet(fork);
        }

        node.Log.Ready(string.Join(", ", configuration.Members.Select(each => $"{each.Name} ({each.Storage})")));
        if (outcome is Joining)
        {
            return new(MemberRoles.Learner, null, null);
        }

        var roles = configuration.Find(devices.Members.Self.Node)!.Roles; // genesis lists this node
        if (outcome is not StorageReplaced dead)
        {
            return new(roles, null, outcome as GenesisCompleted);
        }

        // R13: it may only learn. One that is no learner has nothing to do, but says why.
        node.Log.OnlyLearns(dead.Why);
        return new(roles & MemberRoles.Learner, dead.Why, null);
    }

    /// <summary>Makes the backup that is restored this node's first snapshot, where one is.</summary>
    public Task InstallAsync(NodeContext node, NodeDevices devices, CancellationToken cancellationToken) =>
        Completed is null
            ? Task.CompletedTask
            : NodeRestore.InstallAsync(
                node.Options, devices.Folder, devices.Snapshots, Completed, cancellationToken);
}
