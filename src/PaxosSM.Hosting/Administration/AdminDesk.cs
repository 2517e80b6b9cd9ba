using System.Globalization;
using System.Text;
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
    public static void Open(PaxosNode node, Gateway gateway, CancellationToken stopping)
    {
        AdminDesk desk = new(node, stopping);
        gateway.Administer = desk.RunAsync;
        gateway.Backup = desk.BackupAsync;
    }

    /// <summary>Carries out a command.</summary>
    /// <param name="text">The command.</param>
    /// <param name="tell">Takes how it goes, and last how it ended.</param>
    public async Task RunAsync(string text, Action<AdminState, string> tell)
    {
        try
        {
            var command = AdminCommand.Parse(text);
            if (command.Change is { } change)
            {
                await ChangeAsync(change, command.Timeout, tell).ConfigureAwait(false);
                return;
            }

            tell(AdminState.Done, Describe());
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

    /// <summary>Backs the group up into a stream, one at a time.</summary>
    /// <param name="destination">Takes the bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the backup is, in words.</returns>
    public async Task<string> BackupAsync(Stream destination, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _backups) > 1)
        {
            Interlocked.Decrement(ref _backups);
            throw new IOException($"{node.Name} sends a backup already; try again later, or ask another node");
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
            var info = await new ClusterBackup(node).WriteAsync(destination, null, either.Token).ConfigureAwait(false);
            return info.ToString();
        }
        finally
        {
            Interlocked.Decrement(ref _backups);
        }
    }

    private async Task ChangeAsync(MembershipChange change, TimeSpan timeout, Action<AdminState, string> tell)
    {
        using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        giveUp.CancelAfter(timeout);
        Telling progress = new(waiting => tell(AdminState.UnderWay, waiting));
        var result = await _admin.ChangeAsync(change, progress, giveUp.Token).ConfigureAwait(false);
        switch (result.Error)
        {
            case ReconfigurationError.None:
                tell(AdminState.Done, Describe(result.Epoch!)); // an epoch began
                break;
            case ReconfigurationError.NotLeader:
                tell(AdminState.Elsewhere, node.Status is { } now ? StatusText.LeaderAddress(now) : string.Empty);
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
            $"\n{node.Name}: {status.Roles}, chosen {status.ChosenThrough}, applied {status.Applied}, {node.Waiting}");
        return text.ToString();
    }

    private static string Describe(EpochStart epoch)
    {
        var members = epoch.Configuration.Members.Select(member => member.Name);
        return $"{epoch}, {epoch.Configuration.Rule}: {string.Join(", ", members)}";
    }

    // In order, and before the end: a Progress of the framework's would post each word somewhere.
    private sealed class Telling(Action<string> tell) : IProgress<string>
    {
        public void Report(string value) => tell(value);
    }
}
