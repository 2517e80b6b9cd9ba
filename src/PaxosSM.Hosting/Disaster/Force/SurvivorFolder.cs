using PaxosSM.Storage;
using PaxosSM.Takeover;

namespace PaxosSM.Hosting;

/// <summary>A survivor's folder, opened while its node does not run: read for a report, or moved into the next epoch
/// (R33).</summary>
internal sealed class SurvivorFolder : IAsyncDisposable
{
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromMinutes(1);
    private readonly PaxosOptions _options;
    private readonly Member _self;
    private readonly LogThread _log;

    private SurvivorFolder(PaxosOptions options, Member self, DataDirectory folder, LogThread log)
    {
        (_options, _log) = (options, log);
        _self = self with { Storage = folder.Identity.Storage };
        Folder = folder;
    }

    /// <summary>The folder.</summary>
    public DataDirectory Folder { get; }

    /// <summary>Opens it.</summary>
    /// <exception cref="DataDirectoryException">It is another's, in use, or damaged.</exception>
    /// <exception cref="PaxosConfigurationException">It holds nothing that could go on.</exception>
    public static SurvivorFolder Open(PaxosOptions options, IFileLayer files)
    {
        if (options.Durability == Durability.Volatile)
        {
            throw new PaxosConfigurationException(
                "a Volatile group keeps nothing when its processes end: back up a survivor that still runs, and "
                + "restore that");
        }

        if (NodeDevices.MembersOf(options).FirstOrDefault(member => member.Name == options.Self) is not { } self)
        {
            throw new PaxosConfigurationException($"the configuration does not name {options.Self}");
        }

        if (!Directory.Exists(options.Data) && files is DiskFileLayer)
        {
            throw new PaxosConfigurationException($"there is no folder {options.Data}");
        }

        var folder = NodeDevices.OpenFolder(options, self, files);
        try
        {
            return folder.Identity.Fork == ForkId.None
                ? throw new PaxosConfigurationException(
                    $"the folder {folder.Root} was never part of a cluster: it holds nothing that could go on")
                : new(options, self, folder, new(folder.OpenLog(options.Log)));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Reads all that it holds, and verifies the snapshots that count.</summary>
    public async Task<ForceReport> ReadAsync(
        IReadOnlyList<string> survivors, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var founders = SurvivorGenesis.FoundersIn(Folder, _options, _self);
        var holdings = await SurvivorState.ReadAsync(
            Folder, _log, _self, founders, _options.Protocol, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Cluster = Folder.Identity.Cluster,
            ClusterName = _options.Cluster,
            Fork = Folder.Identity.Fork,
            Node = _self.Name,
            Storage = _self.Storage,
            Survivors = survivors,
            Taken = now,
            Unknown = holdings.Unknown,
            Groups = holdings.Groups,
        };
    }

    /// <summary>Writes into the log how the groups go on; durable on return.</summary>
    /// <exception cref="IOException">The disk did not take it; nothing is lost, and it can be tried again.</exception>
    public async Task WriteAsync(IEnumerable<ForcedEnd> ends, CancellationToken cancellationToken)
    {
        TaskCompletionSource durable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SurvivorState.Append(_log, ends, durable.SetResult);
        try
        {
            await durable.Task.WaitAsync(FlushTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new IOException(
                $"the log in {Folder.Root} was not durable after {FlushTimeout}: "
                + $"{_log.Failure ?? _log.Stall?.Why ?? "the disk does not answer"}; put that right, and apply again");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync().ConfigureAwait(false);
        Folder.Dispose();
    }
}
