namespace PaxosSM.RedisKv.CommandLine;

/// <summary>What the program is to be.</summary>
internal enum RunMode
{
    /// <summary>Three replicas in this process.</summary>
    Embedded,

    /// <summary>One replica of a cluster of processes.</summary>
    Member,

    /// <summary>A server without replication.</summary>
    Standalone,

    /// <summary>Only the help text.</summary>
    Help,
}
