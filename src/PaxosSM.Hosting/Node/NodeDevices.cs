using System.Net;
using Microsoft.Extensions.Logging;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Genesis;
using PaxosSM.Storage;
using PaxosSM.Transport.Tcp;

namespace PaxosSM.Hosting;

/// <summary>What a node has of the machine it runs on: folder, log, snapshots, port; and who it is by them.</summary>
internal sealed class NodeDevices : IAsyncDisposable
{
    private readonly Lock _gate = new();

    private NodeDevices(
        DataDirectory folder, NodeMembers members, TcpTransport transport, LogThread log, TimeProvider time)
    {
        Configured = members.Configuration.Members;
        Folder = folder;
        Members = members;
        Transport = transport;
        Log = log;
        EndPoint = transport.Bind();
        Snapshots = folder.OpenSnapshots(pace: time);
    }

    /// <summary>All that the configuration names, guests included.</summary>
    public IReadOnlyList<Member> Configured { get; private set; }

    public DataDirectory Folder { get; }

    public NodeMembers Members { get; }

    public TcpTransport Transport { get; }

    public LogThread Log { get; }

    public SnapshotStore Snapshots { get; }

    public IPEndPoint EndPoint { get; }

    public NodeReceiver Receiver { get; } = new();

    /// <summary>What takes the place of genesis on a node that joins later; null on others, and before the
    /// start.</summary>
    public Joining? Joining { get; private set; }

    /// <summary>Null before the start, and on a node that joins later.</summary>
    public GenesisDriver? Genesis { get; private set; }

    public static NodeDevices Open(NodeContext context)
    {
        var (options, services, log) = (context.Options, context.Services, context.Log);
        var members = MembersOf(options);
        var self = members.First(member => member.Name == options.Self);
        var folder = OpenFolder(options, self, services.Files);
        try
        {
            RefuseFrozen(folder);
            var identity = folder.Identity;
            log.Opened(folder.Root, $"storage {identity.Storage}, life {identity.Incarnation}");
            NodeMembers known = new(
                identity,
                new(Epoch.First, FoundersOf(options), options.QuorumRule),
                copies => log.TwoCopies($"{copies.Known} and {copies.Other}"));
            var listen = options.Listen.Length > 0 ? options.Listen : self.Address;
            TcpTransport transport = new(
                options.Transport with { Listen = listen },
                () => known.Self,
                known.Policy,
                new()
                {
                    Logger = services.LoggerFactory.CreateLogger<TcpTransport>(),
                    Time = services.Time,
                    Security = services.Security,
                    Meter = context.Meter,
                });
            return new(folder, known, transport, OpenLog(options, folder, services.Time), services.Time);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder that is configured.</summary>
    public static DataDirectory OpenFolder(PaxosOptions options, Member self, IFileLayer files) => DataDirectory.Open(
        options.Data, ClusterName.Digest(options.Cluster), options.Cluster, self.Id, self.Name, files);

    public async Task StartAsync(NodeContext context, CancellationToken cancellationToken)
    {
        var options = context.Options;
        var members = FoundersOf(options);
        Configured = MembersOf(options);
        Members.Readdress(members);
        Transport.SetMembers(members);
        Receiver.Clients = context.Clients;
        if (Joins(options))
        {
            Joining = new(Members.Configuration, Members.Self.Fork);
            Members.Join(OnJoined);
            await Transport.StartAsync(Receiver, cancellationToken).ConfigureAwait(false);
            return;
        }

        Genesis = await GenesisDriver.OpenAsync(options, this, members, context.Time, cancellationToken)
            .ConfigureAwait(false);
        Receiver.Genesis = Genesis;
        await Transport.StartAsync(Receiver, cancellationToken).ConfigureAwait(false);
        Genesis.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync().ConfigureAwait(false);
        await Log.DisposeAsync().ConfigureAwait(false);
        Folder.Dispose();
    }

    /// <summary>Whether this node is no founder.</summary>
    public static bool Joins(PaxosOptions options) =>
        options.Members.Any(member => member.Id == options.Self && member.Joins);

    /// <summary>The first members, as configured.</summary>
    public static Member[] FoundersOf(PaxosOptions options) =>
        [.. MembersOf(options).Where(member => !options.Members[member.Id.Value].Joins)];

    // R33: what it holds has been counted already: nothing of it may change.
    private static void RefuseFrozen(DataDirectory folder)
    {
        if (folder.Force is { IsFrozen: true } force)
        {
            throw new DataDirectoryException(
                $"The folder {folder.Root} is held still since {force.At:u} for an epoch to be forced ({force.Text}): "
                + "carry that out here too (force apply), or give it up (force abandon); until then nobody may serve "
                + "from it.");
        }
    }

    private void OnJoined(NodeIdentity met)
    {
        lock (_gate)
        {
            Folder.SaveFork(met.Fork, met.Origin);
            Members.Adopt(Folder.Identity);
            Transport.Regreet(met.Fork);
        }
    }

    /// <summary>All that are configured; their storages are not known before genesis.</summary>
    public static IReadOnlyList<Member> MembersOf(PaxosOptions options) =>
    [
        .. options.Members.Select((member, index) =>
            new Member(new((ushort)index), member.Id, member.Address, member.Roles, StorageId.None)),
    ];

    private static LogThread OpenLog(PaxosOptions options, DataDirectory folder, TimeProvider time) =>
        new(options.Durability == Durability.Volatile ? new VolatileLog(time) : folder.OpenLog(options.Log, time));
}
