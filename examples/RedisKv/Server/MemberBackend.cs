namespace PaxosSM.RedisKv.Server;

/// <summary>Serves as long as this node is a member that learns; else it says why it does not, at once: clients go
/// elsewhere then.</summary>
/// <param name="served">Runs the commands.</param>
/// <param name="whyNot">Why this node serves nobody now; null when it does. Any thread.</param>
internal sealed class MemberBackend(IRedisBackend served, Func<string?> whyNot) : IRedisBackend
{
    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ExecuteAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Now().ExecuteAsync(payload, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> QueryAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Now().QueryAsync(payload, cancellationToken);

    private IRedisBackend Now() => whyNot() is { } why ? new KeylessBackend(why, PaxosError.NotLeader) : served;
}
