using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting;

/// <summary>Changes a cluster's members, roles and rules at the node that leads it (R11..R16).</summary>
/// <remarks>Every operation tells what it waits for, can be cancelled, and ends with the epoch that began or with the
/// reason. Safe for use by many threads: of two changes at once one wins, the other is told.</remarks>
public sealed class ClusterAdmin(PaxosNode node)
{
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
                return result;
            }

            if (result.Text != last.Text)
            {
                progress?.Report(result.Text);
            }

            last = result;
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
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
