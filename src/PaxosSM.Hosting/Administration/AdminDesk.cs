using System.Globalization;
using System.Text;
using PaxosSM.Election;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>Carries out at a node what came over the wire from those who look after the cluster.</summary>
internal sealed class AdminDesk(PaxosNode node, CancellationToken stopping)
{
    private readonly ClusterAdmin _admin = new(node);
    private int _backups;

    /// <summary>Has a node's gateway bring here what concerns it.</summary>
    public static AdminDesk Open(PaxosNode node, Gateway gateway, CancellationToken stopping)
    {
        AdminDesk desk = new(node, stopping);
        gateway.Administer = desk.RunAsync;
        desk.Serve(gateway);
        return desk;
    }

    /// <summary>Has a gateway bring here who asks for a backup of its group.</summary>
    public void Serve(Gateway gateway) => gateway.Backup = (destination, cancellationToken) =>
        BackupAsync(gateway.Group, destination, cancellationToken);

    /// <summary>Carries out a command.</summary>
    /// <param name="text">The command.</param>
    /// <param name="tell">Takes how it goes, and last how it ended.</param>
    public async Task RunAsync(string text, Action<AdminState, string> tell)
    {
        try
        {
            var command = AdminCommand.Parse(text);
            using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            giveUp.CancelAfter(command.Timeout);
            await RunAsync(command, tell, giveUp.Token).ConfigureAwait(false);
        }
        catch (FormatException wrong)
        {
            tell(AdminState.Refused, wrong.Message);
        }
#pragma warning disable CA1031 // whatever it is: nobody awaits this, so whoever asked is told here
        catch (Exception failed)
#pragma warning restore CA1031
        {
            tell(AdminState.Refused, $"this node failed at it: {failed.Message}");
        }
    }

    // One at a time.
    private async Task<string> BackupAsync(GroupId group, Stream destination, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _backups) > 1)
        {
            Interlocked.Decrement(ref _backups);
            throw new IOException($"{node.Name} sends a backup already; try again later, or ask another node");
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
            var info = await new ClusterBackup(node, group).WriteAsync(destination, null, either.Token)
                .ConfigureAwait(false);
            return info.ToString();
        }
        finally
        {
            Interlocked.Decrement(ref _backups);
        }
    }

    private async Task RunAsync(AdminCommand command, Action<AdminState, string> tell, CancellationToken giveUp)
    {
        if (command.Change is { } change)
        {
            await ChangeAsync(change, tell, giveUp).ConfigureAwait(false);
        }
        else if (command.Wedges is { } wedges)
        {
            await WedgeAsync(wedges, command.Expected, tell, giveUp).ConfigureAwait(false);
        }
        else if (command.TransferTo is { } heir)
        {
            await TransferAsync(heir, tell, giveUp).ConfigureAwait(false);
        }
        else if (command.Node is { } named)
        {
            await DrainAsync(named, command.Drains, tell, giveUp).ConfigureAwait(false);
        }
        else
        {
            tell(AdminState.Done, Describe());
        }
    }

    private async Task TransferAsync(string heir, Action<AdminState, string> tell, CancellationToken giveUp)
    {
        var result = await _admin.TransferLeadershipAsync(heir, giveUp).ConfigureAwait(false);
        switch (result.Error)
        {
            case TransferError.None:
                tell(AdminState.Done, $"{result.Leader} leads");
                break;
            case TransferError.NotLeader:
                tell(AdminState.Elsewhere, LeaderAddress());
                break;
            default:
                tell(AdminState.Refused, $"{result.Error}: {result.Text}");
                break;
        }
    }

    // Only the node itself drains itself: whoever is asked names it.
    private async Task DrainAsync(string named, bool drains, Action<AdminState, string> tell, CancellationToken giveUp)
    {
        if (named != node.Name)
        {
            var member = node.Status?.Members.FirstOrDefault(each => each.Member.Name == named)?.Member;
            tell(
                member is null ? AdminState.Refused : AdminState.Elsewhere,
                member?.Address ?? $"{named} is no member that {node.Name} knows of");
            return;
        }

        if (!drains)
        {
            _admin.Undrain();
            tell(AdminState.Done, $"{named} serves its clients again");
            return;
        }

        tell(AdminState.UnderWay, $"{named} hands on what it leads and owns");
        var waits = await _admin.DrainAsync(giveUp).ConfigureAwait(false);
        tell(
            waits is null ? AdminState.Done : AdminState.Refused,
            waits is null ? $"{named} is drained: it may be stopped" : $"{named} is not done yet: {waits}");
    }

    private string LeaderAddress() => node.Status is { } now ? StatusText.LeaderAddress(now) : string.Empty;

    private async Task ChangeAsync(MembershipChange change, Action<AdminState, string> tell, CancellationToken giveUp)
    {
        var result = await _admin.ChangeAsync(change, Progress(tell), giveUp).ConfigureAwait(false);
        Tell(result, tell);
    }

    private async Task WedgeAsync(
        bool wedges, Epoch? expected, Action<AdminState, string> tell, CancellationToken giveUp)
    {
        var result = wedges
            ? await _admin.WedgeAsync(expected, Progress(tell), giveUp).ConfigureAwait(false)
            : await _admin.UnwedgeAsync(expected, Progress(tell), giveUp).ConfigureAwait(false);
        Tell(result, tell);
    }

    private static Telling Progress(Action<AdminState, string> tell) =>
        new(waiting => tell(AdminState.UnderWay, waiting));

    private void Tell(ReconfigurationResult result, Action<AdminState, string> tell)
    {
        switch (result.Error)
        {
            case ReconfigurationError.None:
                tell(AdminState.Done, Describe(result.Epoch!)); // an epoch began
                break;
            case ReconfigurationError.NotLeader:
                tell(AdminState.Elsewhere, LeaderAddress());
                break;
            default:
                tell(AdminState.Refused, $"{result.Error}: {result.Text}");
                break;
        }
    }

    private string Describe()
    {
        if (node.Status is not { Epoch: { } epoch } status)
        {
            return node.Waiting;
        }

        StringBuilder text = new($"{Describe(epoch)}, fork {node.Identity?.Fork}");
        foreach (var member in status.Members)
        {
            var leads = member.Member.Id == status.Leader ? ", leads" : string.Empty;
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n{member.Member.Name} {member.Member.Address} {member.Member.Roles} "
                + $"{(member.Reachable ? "up" : "down")}{leads}: {member.Detail}");
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"\n{node.Name}: {status.Roles}{(status.IsDrained ? ", drained" : string.Empty)}, "
                + $"chosen {status.ChosenThrough}, applied {status.Applied}, {node.Waiting}");
        return text.ToString();
    }

    private static string Describe(EpochStart epoch)
    {
        var members = epoch.Configuration.Members.Select(member => member.Name);
        var wedged = epoch.Configuration.IsWedged ? ", wedged for maintenance" : string.Empty;
        return $"{epoch}, {epoch.Configuration.Rule}{wedged}: {string.Join(", ", members)}";
    }

    // In order, and before the end: a Progress of the framework's would post each word somewhere.
    private sealed class Telling(Action<string> tell) : IProgress<string>
    {
        public void Report(string value) => tell(value);
    }
}
