using PaxosSM.Election;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting;

/// <summary>Looks after a cluster: changes members, roles and rules, and hands leadership on, at the node that leads
/// (R11..R16); drains the node at hand.</summary>
/// <remarks>Every operation tells what it waits for, can be cancelled, and ends with the epoch that began or with the
/// reason. Safe for use by many threads: of two changes at once one wins, the other is told.</remarks>
public sealed class ClusterAdmin(PaxosNode node)
{
    private const int TransferAttemptsMax = 250;
    private const int FollowAttemptsMax = 1500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Carries out a change: lets newcomers in, waits until they are caught up, and ends the epoch.</summary>
    /// <param name="change">The change.</param>
    /// <param name="progress">Is told what the change waits for, whenever that is something else; null for
    /// nobody.</param>
    /// <param name="cancellationToken">Gives up the wait: the result says what for. What was proposed by then may still
    /// come.</param>
    public async Task<ReconfigurationResult> ChangeAsync(
        MembershipChange change, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        Epoch? expected = change.Expected;
        ReconfigurationResult last = new(ReconfigurationError.NotLeader, node.Waiting, null);
        while (true)
        {
            if (node.Status is not { Epoch: { } epoch } status || status.Leader != status.Self)
            {
                return last with { Error = ReconfigurationError.NotLeader };
            }

            // The first look settles which epoch is meant: the change is of that one or none.
            expected ??= epoch.Epoch;
            if (Unknown(change, epoch.Configuration) is { } unknown)
            {
                return new(ReconfigurationError.Invalid, unknown, null);
            }

            var next = change.ApplyTo(epoch.Configuration, StorageOf);
            var result = NotMet(next) is { } waiting
                ? new(ReconfigurationError.NotCaughtUp, waiting, null)
                : await TryAsync(expected.Value, next, change.Force, last, cancellationToken).ConfigureAwait(false);
            if (result.Error is not (ReconfigurationError.NotCaughtUp or ReconfigurationError.WouldLoseQuorum)
                || cancellationToken.IsCancellationRequested)
            {
                return result.Error == ReconfigurationError.None
                    ? await FollowAsync(result, progress, cancellationToken).ConfigureAwait(false)
                    : result;
            }

            if (result.Text != last.Text)
            {
                progress?.Report(result.Text);
            }

            last = result;
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Wedges the group for maintenance: from one slot on, the same at every replica, no command is applied
    /// and no session opened, and whoever sends one is told <see cref="PaxosError.Wedged"/>. Queries of every kind,
    /// keep-alives, the log's time and deterministic timers go on; so no session expires that would not have
    /// anyhow.</summary>
    /// <remarks>A change of epoch with the same members, which costs clients a few round trips. It lasts, restarts and
    /// other changes of members included, until <see cref="UnwedgeAsync"/>. Done without an epoch more where the group
    /// is wedged already.</remarks>
    /// <param name="expected">The epoch that shall end; null for the present one.</param>
    /// <param name="progress">Is told what it waits for; null for nobody.</param>
    /// <param name="cancellationToken">Gives up the wait; it may come all the same.</param>
    public Task<ReconfigurationResult> WedgeAsync(
        Epoch? expected = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        SetWedgedAsync(true, expected, progress, cancellationToken);

    /// <summary>Ends what <see cref="WedgeAsync"/> began: commands are taken again, those that clients kept
    /// first.</summary>
    /// <param name="expected">The epoch that shall end; null for the present one.</param>
    /// <param name="progress">Is told what it waits for; null for nobody.</param>
    /// <param name="cancellationToken">Gives up the wait; it may come all the same.</param>
    public Task<ReconfigurationResult> UnwedgeAsync(
        Epoch? expected = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        SetWedgedAsync(false, expected, progress, cancellationToken);

    /// <summary>Has another node lead, and names who leads then. At the leader; others refuse. Costs clients a few
    /// round trips and loses nothing; a node that does not lead in a few election timeouts is given up.</summary>
    /// <remarks>With leases on, it begins once those that the leader holds have run out (R20b); clients go on
    /// meanwhile.</remarks>
    /// <param name="name">The node's name.</param>
    /// <param name="cancellationToken">Gives up the wait; the other may lead all the same.</param>
    public async Task<TransferResult> TransferLeadershipAsync(
        string name, CancellationToken cancellationToken = default)
    {
        TransferResult? last = null;
        for (var left = TransferAttemptsMax; left > 0 && last?.Error is null or TransferError.UnderWay; left--)
        {
            await Task.Delay(last is null ? TimeSpan.Zero : Pause, cancellationToken).ConfigureAwait(false);
            last = await TryTransferAsync(name, cancellationToken).ConfigureAwait(false);
        }

        return last!; // there was an attempt
    }

    /// <summary>Drains this node, so that it can be stopped, and waits until it leads nobody and owns no lane. It sends
    /// its clients to other learners, goes on voting and learning, and leads only where nobody else does.</summary>
    /// <remarks>Lasts as long as this process; <see cref="ReplicaStatus.IsDrained"/> shows it. Clients of this process
    /// are served on.</remarks>
    /// <param name="cancellationToken">Gives up the wait; the node stays drained, and hands on as soon as it
    /// can.</param>
    /// <returns>Null once it is done; else what it waits for.</returns>
    public async Task<string?> DrainAsync(CancellationToken cancellationToken = default)
    {
        if (node.Group is not { Status: not null } group)
        {
            return $"{node.Name} serves nobody yet, and is not drained: {node.Waiting}";
        }

        group.Drain(true);
        while (node.Status is not { IsDrained: true } status || status.Leader == status.Self || status.Lanes.Count > 0)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return node.Waiting.Length > 0 ? node.Waiting : "leadership or lanes are being handed on";
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    /// <summary>Takes this node back after <see cref="DrainAsync"/>.</summary>
    public void Undrain()
    {
        if (node.Group is { Status: not null } group)
        {
            group.Drain(false);
        }
    }

    private async Task<TransferResult> TryTransferAsync(string name, CancellationToken cancellationToken)
    {
        if (node.Group is not { Status.Epoch.Configuration: var members } group)
        {
            return new(TransferError.NotLeader, node.Waiting, string.Empty);
        }

        if (members.Members.FirstOrDefault(member => member.Name == name) is not { } wished)
        {
            var names = string.Join(", ", members.Members.Select(member => member.Name));
            return new(TransferError.NoProposer, $"{name} is no member of {members.Epoch}: {names}", string.Empty);
        }

        var answer = await group.TransferLeadershipAsync(wished.Id, cancellationToken).ConfigureAwait(false);
        var leader = answer.Leader == NodeId.None ? string.Empty : members.NameOf(answer.Leader);
        return new(answer.Error, answer.Text, leader);
    }

    // Who is told that a node is out may stop it at once: nobody may need it any more (R14).
    private async Task<ReconfigurationResult> FollowAsync(
        ReconfigurationResult result, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var last = string.Empty;
        for (var left = FollowAttemptsMax; WaitsFor(result.Epoch!.Epoch) is { } waiting; left--)
        {
            if (cancellationToken.IsCancellationRequested || left == 0)
            {
                return result with { Text = $"the epoch has begun, but {waiting}: let old members run on" };
            }

            if (waiting != last)
            {
                progress?.Report(waiting);
                last = waiting;
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return result;
    }

    private string? WaitsFor(Epoch begun) =>
        node.Status is not { IsHandedOver: true, Epoch: { } epoch } || epoch.Epoch < begun
            ? "too few of its members have started yet"
            : node.IsFollowed ? null
            : "the catalog of groups does not follow yet";

    private async Task<ReconfigurationResult> SetWedgedAsync(
        bool wedged, Epoch? expected, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        // Only the leader knows surely which epoch is the present one.
        if (node.Status is { Epoch: { } epoch } status && status.Leader == status.Self
            && epoch.Configuration.IsWedged == wedged && (expected ?? epoch.Epoch) == epoch.Epoch)
        {
            return new(ReconfigurationError.None, string.Empty, epoch);
        }

        MembershipChange change = new() { Expected = expected, Wedged = wedged };
        return await ChangeAsync(change, progress, cancellationToken).ConfigureAwait(false);
    }

    private static string? Unknown(MembershipChange change, Configuration present)
    {
        var names = present.Members.Select(member => member.Name).ToArray();
        var unknown = change.Remove.Except(names, StringComparer.Ordinal).ToArray();
        return unknown.Length == 0
            ? null
            : $"{string.Join(", ", unknown)} is no member of {present.Epoch}: {string.Join(", ", names)}";
    }

    private static string? NotMet(Configuration next)
    {
        var strangers = next.Members.Where(member => member.Storage == StorageId.None).ToArray();
        return strangers.Length == 0
            ? null
            : "not reached yet: " + string.Join(", ", strangers.Select(member => $"{member.Name} at {member.Address}"));
    }

    private StorageId StorageOf(Member added)
    {
        var storage = node.Invite(added);
        var present = node.Status?.Epoch?.Configuration.Find(added.Id);
        return storage == StorageId.None && present is not null ? present.Storage : storage;
    }

    private async Task<ReconfigurationResult> TryAsync(
        Epoch expected,
        Configuration next,
        bool force,
        ReconfigurationResult last,
        CancellationToken cancellationToken)
    {
        try
        {
            return await node.ReconfigureAsync(expected, next, force, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            var text = last.Text.Length > 0 ? last.Text : $"{next.Epoch} has not begun; it may still";
            return new(ReconfigurationError.NotCaughtUp, text, null);
        }
    }
}
