namespace PaxosSM.Hosting;

/// <summary>Has the catalog's members follow those of the first group: whoever serves the one serves the other, and a
/// node that is taken out can be stopped for ever.</summary>
/// <remarks>Every node looks, and the one that leads the catalog acts (R11..R15). It looks again while there is
/// something to do, and when the first group's members change.</remarks>
internal sealed class CatalogMembers(NodeContext node, PooledGroup catalog, Func<Configuration> wanted)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private string _told = string.Empty;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether they are the wanted ones, as far as this node knows.</summary>
    public bool IsFollowed =>
        catalog.Status?.Epoch?.Configuration is { } present && wanted() is var members
        && present.Members.SequenceEqual(members.Members) && present.Rule == members.Rule;

    /// <summary>The first group's members may have changed.</summary>
    public void Look() => _changed.TrySetResult();

    /// <summary>Follows until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (IsFollowed)
            {
                await _changed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            else
            {
                await FollowAsync(cancellationToken).ConfigureAwait(false);
                await Task.Delay(Pause, node.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var members = wanted();

        // Before genesis has told them the members have no storages, and in the first epoch both lists are one.
        if (catalog.Status is { Epoch: { Configuration: var present } epoch } status && status.Leader == status.Self
            && members.Epoch > Epoch.First)
        {
            Configuration next = new(epoch.Epoch.Next, members.Members, members.Rule, members.Deal)
            {
                NextNumber = Math.Max(present.NextNumber, members.NextNumber),
            };
            var result = await catalog.ReconfigureAsync(epoch.Epoch, next, force: false, cancellationToken)
                .ConfigureAwait(false);
            if (result.Text != _told)
            {
                _told = result.Text;
                node.Log.CatalogLags(result.Text.Length == 0 ? "it does now" : result.Text);
            }
        }
    }
}
