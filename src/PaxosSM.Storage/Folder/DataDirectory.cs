using System.Security.Cryptography;
using PaxosSM.Runtime;

namespace PaxosSM.Storage;

/// <summary>The folder of one node of one cluster, held against every other process while open.</summary>
/// <remarks>
/// A new folder is a new storage identity (R13); opening it counts the incarnation up, durably, before anything else.
/// Identity and genesis are kept twice (R24): one damaged copy is repaired, two end the identity. Fork and epoch may
/// be saved by any thread; the rest is for one at a time.
/// </remarks>
public sealed class DataDirectory : IDisposable
{
    private const string WhatToDo =
        " (R13): keep the folder for inspection, and bring the machine back with an empty one, as a new member.";

    private const string LockName = "lock";
    private const string IdentityName = "identity";
    private const string GenesisName = "genesis";
    private const string ForceName = "force";

    private readonly Lock _gate = new();
    private readonly IDisposable _lock;
    private readonly TwinFile _identityFile;
    private readonly TwinFile _genesisFile;
    private readonly TwinFile _forceFile;
    private IdentityRecord _record;

    private DataDirectory(
        string path,
        IFileLayer files,
        IDisposable held,
        (TwinFile Identity, TwinFile Genesis, TwinFile Force) twins,
        IdentityRecord record)
    {
        Root = path;
        Files = files;
        _lock = held;
        (_identityFile, _genesisFile, _forceFile) = twins;
        Force = ReadForce(path, _forceFile);
        _record = record;
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>The files it is on.</summary>
    public IFileLayer Files { get; }

    /// <summary>Random bits of this very opening.</summary>
    public ulong Boot { get; private init; }

    /// <summary>Who the process is.</summary>
    public NodeIdentity Identity => new(
        _record.Cluster, _record.Fork, _record.Node, _record.Storage, _record.Incarnation, Boot, _record.Epoch)
    {
        Origin = _record.Origin,
    };

    /// <summary>The genesis record as it was saved; null before.</summary>
    public ReadOnlyMemory<byte>? Genesis => _genesisFile.Payload;

    /// <summary>What an operator's act made of the folder (R33); null for none.</summary>
    public ForceRecord? Force { get; private set; }

    /// <summary>Where the log is.</summary>
    public string LogPath => Path.Combine(Root, "log");

    /// <summary>Where snapshots are.</summary>
    public string SnapshotPath => Path.Combine(Root, "snapshots");

    /// <summary>Opens a node's folder, or makes it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="clusterName">Its name, for people.</param>
    /// <param name="node">The node.</param>
    /// <param name="nodeName">Its name, for people.</param>
    /// <param name="files">The files; the operating system's when null.</param>
    /// <param name="random">Chance; the system's own when null. A simulation gives its own.</param>
    /// <exception cref="DataDirectoryException">It is another's, in use, damaged, or can't be written.</exception>
    public static DataDirectory Open(
        string path,
        ClusterId cluster,
        string clusterName,
        NodeId node,
        string nodeName,
        IFileLayer? files = null,
        Random? random = null)
    {
        files ??= DiskFileLayer.Instance;
        path = Path.GetFullPath(path);
        var held = Hold(path, files);
        try
        {
            var identity = TwinFile.Open(files, path, IdentityName);
            var genesis = TwinFile.Open(files, path, GenesisName);
            var force = TwinFile.Open(files, path, ForceName);
            var record = identity.Payload is { } payload ? IdentityRecord.Decode(payload) : null;
            if (record is null)
            {
                RefuseLostIdentity(path, files, identity);
                if (Path.GetDirectoryName(path) is { } parent)
                {
                    files.FlushDirectory(parent);
                }

                var storage = new StorageId(NewGuid(random));
                var logId = NewNumber(random) | 1;
                record = new(cluster, clusterName, ForkId.None, node, nodeName, storage, 0, new(0), logId, false);
            }

            RefuseOthers(path, record, cluster, clusterName, node, nodeName);
            if (genesis.IsLost)
            {
                throw new DataDirectoryException(
                    $"Both copies of the genesis record in {path} are damaged. What this node bound itself to is lost, "
                    + $"so its storage identity {record.Storage} is dead{WhatToDo}");
            }

            // R13: durable before its first use, so that no two lives share an incarnation, nor a ballot.
            record = record with { Incarnation = checked(record.Incarnation + 1) };
            identity.Save(record.Encode());
            foreach (var twin in (TwinFile[])[genesis, force])
            {
                if (twin.NeedsRepair)
                {
                    twin.Save(twin.Payload);
                }
            }

            return new(path, files, held, (identity, genesis, force), record) { Boot = NewNumber(random) };
        }
        catch (Exception exception)
        {
            held.Dispose();
            if (exception is UnauthorizedAccessException
                or (IOException and not (DataDirectoryException or DiskFullException)))
            {
                throw new DataDirectoryException(
                    $"The data folder {path} can't be read and written: {exception.Message}", exception);
            }

            throw;
        }
    }

    /// <summary>Binds the folder to a genesis record, or replaces it; durable on return.</summary>
    public void SaveGenesis(ReadOnlySpan<byte> record) => _genesisFile.Save(record);

    /// <summary>Holds the folder still for an operator's act (R33), or lets it go again; durable on return.</summary>
    /// <param name="record">The act; null to give it up.</param>
    public void SaveForce(ForceRecord? record)
    {
        _forceFile.Save(record is null ? [] : record.Encode());
        Force = record;
    }

    /// <summary>Writes down the fork; durable on return.</summary>
    /// <param name="fork">The fork.</param>
    /// <param name="origin">The one that the cluster began with, where it is another one; none for what is known.
    /// </param>
    public void SaveFork(ForkId fork, ForkId origin = default) => Save(record => record with
    {
        Fork = fork,
        Origin = origin != ForkId.None ? origin : record.Origin != ForkId.None ? record.Origin : record.Fork,
    });

    /// <summary>Writes down the newest epoch known; durable on return.</summary>
    public void SaveEpoch(Epoch epoch) => Save(record => record with { Epoch = epoch });

    /// <summary>Opens the log in this folder, which must be there if it ever was (R13).</summary>
    public WriteAheadLog OpenLog(LogOptions options, TimeProvider? time = null)
    {
        options = options with { LogId = _record.LogId, MustExist = _record.HasLog };
        var log = WriteAheadLog.Open(Files, LogPath, options, time);
        if (!_record.HasLog)
        {
            Save(record => record with { HasLog = true });
        }

        return log;
    }

    /// <summary>Opens the snapshots in this folder.</summary>
    /// <param name="pace">See <see cref="SnapshotStore.Pace"/>.</param>
    public SnapshotStore OpenSnapshots(TimeProvider? pace = null) => new(Files, SnapshotPath) { Pace = pace };

    /// <summary>Lets go of the folder.</summary>
    public void Dispose() => _lock.Dispose();

    private static IDisposable Hold(string path, IFileLayer files)
    {
        try
        {
            files.CreateDirectory(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"The data folder {path} can't be made: {exception.Message}", exception);
        }

        try
        {
            return files.Lock(Path.Combine(path, LockName));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DataDirectoryException(
                $"The data folder {path} can't be written: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new DataDirectoryException(
                $"The data folder {path} is in use, or can't be written; it belongs to one process at a time. "
                + exception.Message,
                exception);
        }
    }

    private static void RefuseLostIdentity(string path, IFileLayer files, TwinFile identity)
    {
        var hasLog = files.List(Path.Combine(path, "log")).Any(name => Segment.NumberOf(name) > 0);
        if (identity.IsLost || hasLog
            || files.List(path).Any(name => name.StartsWith(GenesisName, StringComparison.Ordinal)))
        {
            var how = identity.IsLost ? "both copies are damaged" : "a log or genesis record is there without it";
            throw new DataDirectoryException(
                $"The identity in {path} is lost: {how}. This storage identity is dead{WhatToDo}");
        }
    }

    private static void RefuseOthers(
        string path, IdentityRecord record, ClusterId cluster, string clusterName, NodeId node, string nodeName)
    {
        if (record.Cluster != cluster)
        {
            throw new DataDirectoryException(
                $"The data folder {path} belongs to the cluster '{record.ClusterName}' ({record.Cluster}), "
                + $"not to '{clusterName}' ({cluster}). "
                + "Point this node at its own folder, or at an empty one.");
        }

        if (record.Node != node || record.NodeName != nodeName)
        {
            throw new DataDirectoryException(
                $"The data folder {path} belongs to the node '{record.NodeName}' ({record.Node}), "
                + $"not to '{nodeName}' ({node}), of the cluster '{clusterName}'. "
                + "Point this node at its own folder, or at an empty one.");
        }
    }

    private static ForceRecord? ReadForce(string path, TwinFile file)
    {
        if (file.IsLost)
        {
            throw new DataDirectoryException(
                $"Both copies of the record of a forced epoch in {path} are damaged: whether this folder may go on, "
                + $"and in which fork, is lost{WhatToDo}");
        }

        return file.Payload is not { Length: > 0 } payload ? null
            : ForceRecord.TryDecode(payload, out var record) ? record
            : throw new DataDirectoryException(
                $"The record of a forced epoch in {path} is of a version that this program does not know; run the one "
                + "that wrote it.");
    }

    private static Guid NewGuid(Random? random)
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(random, bytes);
        return new(bytes);
    }

    private static ulong NewNumber(Random? random)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Fill(random, bytes);
        return BitConverter.ToUInt64(bytes);
    }

    private static void Fill(Random? random, Span<byte> bytes)
    {
        if (random is null)
        {
            RandomNumberGenerator.Fill(bytes);
        }
        else
        {
            random.NextBytes(bytes);
        }
    }

    private void Save(Func<IdentityRecord, IdentityRecord> change)
    {
        lock (_gate)
        {
            var record = change(_record);
            if (record != _record)
            {
                _identityFile.Save(record.Encode());
                _record = record;
            }
        }
    }
}
