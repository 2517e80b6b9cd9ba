using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;

namespace PaxosSM.Storage;

/// <summary>What a backup says of itself.</summary>
public sealed record BackupInfo
{
    /// <summary>The backup's number: a digest of all its bytes, so that no two backups share one. Empty while it is
    /// being written or read.</summary>
    public Guid Id { get; init; }

    /// <summary>The cluster that it was made of.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>Its name, for people.</summary>
    public required string ClusterName { get; init; }

    /// <summary>The cluster's fork (R33).</summary>
    public required ForkId Fork { get; init; }

    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The epoch that the last slot led to: how it began, and its members.</summary>
    public required EpochStart Epoch { get; init; }

    /// <summary>The last slot that it covers: everything up to it, and nothing after it.</summary>
    public required Slot Slot { get; init; }

    /// <summary>The log's time there (R19).</summary>
    public required LogTime Time { get; init; }

    /// <summary>The hash chain there (R28).</summary>
    public required ulong Chain { get; init; }

    /// <summary>When it was made, by the clock of the node that made it.</summary>
    public required DateTimeOffset Taken { get; init; }

    /// <summary>The node that made it.</summary>
    public required string Node { get; init; }

    /// <summary>The program that made it, with its version.</summary>
    public required string Program { get; init; }

    /// <summary>The length of the state in it, in bytes; zero while it is being written or read.</summary>
    public long Length { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"backup {Id:N} of {Group} of '{ClusterName}' (fork {Fork}) through {Slot} in {Epoch.Epoch}, "
        + $"{Length} bytes, taken at {Taken:u} by {Node} ({Program})";
}
