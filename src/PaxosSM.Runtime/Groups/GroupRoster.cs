using System.Collections.Concurrent;
using PaxosSM.Log;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Groups;

/// <summary>Which of a catalog's groups run on a node: starts those that are new, stops those that are removed, and
/// forgets what they have on disk.</summary>
/// <remarks>
/// <para>Without a thread: a host, or a simulator, calls <see cref="Begin"/> once and then <see cref="FollowAsync"/>
/// after each change, one call at a time. <see cref="FailureOf"/> and <see cref="TryAgain"/> are for any
/// thread.</para>
/// <para>A catalog that is behind would start groups that are removed already, and whose votes are forgotten (R13):
/// before <see cref="Begin"/> everything must be known here that was chosen before this node's start.</para>
/// </remarks>
public sealed class GroupRoster
{
    private readonly HashSet<GroupId> _running = [];
    private readonly ConcurrentDictionary<GroupId, Failure> _failed = new();
    private readonly IGroupRunner _runner;
    private readonly IDurableLog _log;
    private readonly ISnapshotStore _snapshots;
    private readonly IWorker _snapshotWorker;
    private HashSet<GroupId> _recorded = [];
    private bool _begun;

    /// <summary>Runs nothing yet.</summary>
    /// <param name="runner">Runs them.</param>
    /// <param name="log">The node's log.</param>
    /// <param name="snapshots">The node's snapshots.</param>
    /// <param name="snapshotWorker">Writes all groups' snapshots, one at a time.</param>
    public GroupRoster(IGroupRunner runner, IDurableLog log, ISnapshotStore snapshots, IWorker snapshotWorker) =>
        (_runner, _log, _snapshots, _snapshotWorker) = (runner, log, snapshots, snapshotWorker);

    /// <summary>Why a group does not run here, though it should; null when nothing is known.</summary>
    public string? FailureOf(GroupId group) => _failed.GetValueOrDefault(group)?.Why;

    /// <summary>A group whose backup was unfit here is tried again by the next <see cref="FollowAsync"/>. Any other
    /// failure lasts as long as the process: what the log held of the group is read back only once.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryAgain(GroupId group) =>
        _failed.TryGetValue(group, out var failure) && failure.IsHarmless && _failed.TryRemove(new(group, failure));

    /// <summary>The catalog is current: what the disk holds of groups that are not listed is of removed ones, and
    /// goes.</summary>
    public void Begin(IEnumerable<GroupInfo> groups)
    {
        Invariant.Holds(!_begun);
        _begun = true;
        var listed = groups.Select(group => group.Id).ToHashSet();
        _recorded = [.. _log.RecoveredGroups];
        foreach (var gone in _log.RecoveredGroups.Where(IsRemoved).ToList())
        {
            Forget(gone);
        }

        // A process may end between a group's mark in the log and the end of its last snapshot.
        foreach (var gone in _snapshots.Groups.Where(IsRemoved).ToList())
        {
            DeleteSnapshots(gone);
        }

        bool IsRemoved(GroupId group) => group.Value > GroupCatalog.Id.Value && !listed.Contains(group);
    }

    /// <summary>Runs these groups and no others. Only after <see cref="Begin"/>.</summary>
    public async Task FollowAsync(IEnumerable<GroupInfo> groups, CancellationToken cancellationToken)
    {
        Invariant.Holds(_begun);
        var wanted = groups.ToDictionary(group => group.Id);
        foreach (var gone in _running.Where(id => !wanted.ContainsKey(id)).OrderBy(id => id.Value).ToList())
        {
            _ = _running.Remove(gone);
            await _runner.StopAsync(gone, $"{gone} was removed").ConfigureAwait(false);
            Forget(gone);
        }

        foreach (var gone in _failed.Keys.Where(id => !wanted.ContainsKey(id)).OrderBy(id => id.Value).ToList())
        {
            Forget(gone);
        }

        foreach (var (id, group) in wanted)
        {
            if (!_running.Contains(id) && !_failed.ContainsKey(id))
            {
                await StartAsync(group, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task StartAsync(GroupInfo group, CancellationToken cancellationToken)
    {
        var installed = false;
        try
        {
            // R12: before the record, so that whoever finds one knows that nothing of the backup is half there.
            if (group.Restores is not null)
            {
                await _runner.InstallAsync(group, !_recorded.Contains(group.Id), cancellationToken)
                    .ConfigureAwait(false);
            }

            installed = true;

            // R33: whoever finds this log without the catalog knows the members.
            if (_recorded.Add(group.Id))
            {
                _log.Append(group.Id, [new EpochWrite(group.Start, group.Founders)], () => { });
            }

            await _runner.StartAsync(group, cancellationToken).ConfigureAwait(false);
            _ = _running.Add(group.Id);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One group's machine, or snapshot, is at fault: the others go on.
            _failed[group.Id] = new(exception.Message, IsHarmless: !installed);
        }
    }

    private void Forget(GroupId group)
    {
        _log.Forget(group);
        _ = _recorded.Remove(group);
        _ = _failed.TryRemove(group, out _);
        _runner.OnForgotten(group);
        DeleteSnapshots(group);
    }

    // Behind the snapshots that are being written: none of the group's comes after it.
    private void DeleteSnapshots(GroupId group) => _snapshotWorker.Post(_ =>
    {
        _snapshots.DeleteBelow(group, new(long.MaxValue));
        return ValueTask.CompletedTask;
    });

    // Harmless, where nothing was begun.
    private sealed record Failure(string Why, bool IsHarmless);
}
