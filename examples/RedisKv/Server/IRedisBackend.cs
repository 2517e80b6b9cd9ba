namespace PaxosSM.RedisKv.Server;

/// <summary>What runs the commands: the cluster, or a state machine in this process.</summary>
/// <remarks>
/// Payloads are as <see cref="Commands.CommandPayload"/> describes them, results are RESP2 replies. A payload's bytes
/// never change after the call, not even when the call has failed. Safe for use by many threads.
/// </remarks>
internal interface IRedisBackend
{
    /// <summary>Runs commands that write. Calls take effect in the order in which they were made.</summary>
    /// <exception cref="PaxosException">Not answered.</exception>
    ValueTask<ReadOnlyMemory<byte>> ExecuteAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>Runs commands that only read; sees every write that was answered before the call.</summary>
    /// <exception cref="PaxosException">Not answered.</exception>
    ValueTask<ReadOnlyMemory<byte>> QueryAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}
