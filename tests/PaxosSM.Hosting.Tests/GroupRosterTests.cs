using PaxosSM.Log;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Groups;
using PaxosSM.Runtime.InMemory;

namespace PaxosSM.Hosting.Tests;

/// <summary>Which groups a node starts, stops and forgets, step by step.</summary>
public sealed class GroupRosterTests : IGroupRunner, IAsyncDisposable
{
    private readonly List<string> _steps = [];
    private readonly HashSet<string> _broken = [];
    private readonly HashSet<string> _unfit = [];
    private readonly InMemoryLog _log = new();
    private readonly InMemorySnapshotStore _snapshots = new();
    private readonly PumpedWorker _worker = new();

    [Fact]
    public async Task What_is_new_starts_and_what_is_gone_stops_and_is_forgotten()
    {
        var roster = NewRoster(_log);
        roster.Begin([]);

        await roster.FollowAsync([Group(1024), Group(1025)], CancellationToken.None);
        await SaveAsync(1024);
        await roster.FollowAsync([Group(1025), Group(1026)], CancellationToken.None);

        Assert.Equal(["start 1024", "start 1025", "stop 1024", "forget 1024", "start 1026"], _steps);
        Assert.Equal([new GroupId(1024)], _snapshots.Groups);
        Assert.True(_worker.RunOnce());
        Assert.Empty(_snapshots.Groups);
    }

    [Fact]
    public async Task What_the_disk_holds_of_groups_that_are_not_listed_goes_at_the_begin()
    {
        foreach (var group in (ulong[])[1, 2, 1024, 1025])
        {
            _log.Append(new(group), [new PromiseWrite(Ballot.None)], () => { });
            await SaveAsync(group);
        }

        await SaveAsync(1026); // its records went, and its process ended right then
        _log.Pump();
        await using var recovered = _log.Restart();
        var roster = NewRoster(recovered);

        roster.Begin([Group(1025)]);
        while (_worker.RunOnce())
        {
            // All of them.
        }

        Assert.Equal(["forget 1024"], _steps);
        ulong[] left = [1, 2, 1025];
        Assert.Equal(left, recovered.RecoveredGroups.Select(group => group.Value));
        Assert.Equal(left, _snapshots.Groups.Select(group => group.Value).Order());
    }

    [Fact]
    public async Task One_that_does_not_start_is_left_alone_until_it_is_gone()
    {
        var roster = NewRoster(_log);
        roster.Begin([]);
        _broken.Add("1024");

        await roster.FollowAsync([Group(1024), Group(1025)], CancellationToken.None);
        await roster.FollowAsync([Group(1024), Group(1025)], CancellationToken.None);
        Assert.Equal(["start 1024", "start 1025"], _steps);
        Assert.Equal("no machine", roster.FailureOf(new(1024)));

        await roster.FollowAsync([Group(1025)], CancellationToken.None);
        Assert.Equal("forget 1024", _steps[^1]);
        Assert.Null(roster.FailureOf(new(1024)));
    }

    [Fact]
    public async Task A_backup_is_installed_before_anything_is_recorded_and_one_that_is_unfit_is_tried_again()
    {
        var roster = NewRoster(_log);
        roster.Begin([]);
        _unfit.Add("1024");

        await roster.FollowAsync([Restored(1024)], CancellationToken.None);
        Assert.Equal("no backup", roster.FailureOf(new(1024)));
        Assert.Equal(0, _log.Pump());
        Assert.False(roster.TryAgain(new(1025)));
        Assert.True(roster.TryAgain(new(1024)));
        _unfit.Clear();
        await roster.FollowAsync([Restored(1024)], CancellationToken.None);

        Assert.Equal(["install new 1024", "install new 1024", "start 1024"], _steps);
        Assert.Null(roster.FailureOf(new(1024)));
        _log.Pump();

        // R33: the log alone tells that it did not begin with nothing.
        var begun = EpochWrite.In(Assert.Single(_log.DurableOf(new(1024))))!.Start;
        Assert.Equal((new Epoch(5), new Slot(9)), (begun.Epoch, begun.Base));

        await using var recovered = _log.Restart();
        _steps.Clear();
        roster = NewRoster(recovered);
        roster.Begin([Restored(1024)]);
        await roster.FollowAsync([Restored(1024)], CancellationToken.None);
        Assert.Equal(["install 1024", "start 1024"], _steps);
    }

    [Fact]
    public async Task One_whose_log_was_read_is_not_tried_again()
    {
        var roster = NewRoster(_log);
        roster.Begin([]);
        _broken.Add("1024");
        await roster.FollowAsync([Restored(1024)], CancellationToken.None);

        // Its records are read back once: a second start would find none, and vote with an empty memory (R13).
        Assert.False(roster.TryAgain(new(1024)));
        Assert.Equal("no machine", roster.FailureOf(new(1024)));
    }

    [Fact]
    public async Task Nothing_starts_before_the_catalog_is_current()
    {
        var roster = NewRoster(_log);

        await Assert.ThrowsAsync<InvariantViolationException>(
            () => roster.FollowAsync([Group(1024)], CancellationToken.None));
        Assert.Empty(_steps);
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    Task IGroupRunner.InstallAsync(GroupInfo group, bool isNew, CancellationToken cancellationToken)
    {
        _steps.Add($"install {(isNew ? "new " : string.Empty)}{group.Name}");
        return _unfit.Contains(group.Name)
            ? Task.FromException(new InvalidDataException("no backup"))
            : Task.CompletedTask;
    }

    Task IGroupRunner.StartAsync(GroupInfo group, CancellationToken cancellationToken)
    {
        _steps.Add($"start {group.Name}");
        return _broken.Contains(group.Name)
            ? Task.FromException(new InvalidOperationException("no machine"))
            : Task.CompletedTask;
    }

    Task IGroupRunner.StopAsync(GroupId group, string why)
    {
        Assert.Equal($"{group} was removed", why);
        _steps.Add($"stop {group.Value}");
        return Task.CompletedTask;
    }

    void IGroupRunner.OnForgotten(GroupId group) => _steps.Add($"forget {group.Value}");

    private static GroupInfo Group(ulong id) => new(new(id), $"{id}", string.Empty, new(Epoch.First, []));

    private static GroupInfo Restored(ulong id) => Group(id) with
    {
        Restores = new(new(1, 2, 3, new byte[8]), new(3), new(4), new(9), new(7)),
    };

    private GroupRoster NewRoster(InMemoryLog log) => new(this, log, _snapshots, _worker);

    private async Task SaveAsync(ulong group)
    {
        await using var draft = _snapshots.Create(new(group), new(1));
        await draft.CommitAsync(CancellationToken.None);
    }
}
