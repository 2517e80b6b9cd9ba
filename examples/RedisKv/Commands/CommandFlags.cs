namespace PaxosSM.RedisKv.Commands;

/// <summary>What a command does, and so where it runs.</summary>
[Flags]
internal enum CommandFlags
{
    /// <summary>Nothing is said.</summary>
    None = 0,

    /// <summary>Changes the keyspace: goes through the log.</summary>
    Write = 1,

    /// <summary>Reads the keyspace: a query.</summary>
    Read = 2,

    /// <summary>Concerns the connection or the server: answered on the spot.</summary>
    Connection = 4,

    /// <summary>Costs a small constant, as COMMAND tells it.</summary>
    Fast = 8,

    /// <summary>Runs at once even between MULTI and EXEC.</summary>
    NotQueued = 16,

    /// <summary>Refused between MULTI and EXEC.</summary>
    NoMulti = 32,
}
