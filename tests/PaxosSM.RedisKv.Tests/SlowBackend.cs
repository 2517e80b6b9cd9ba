using PaxosSM.RedisKv.Server;

namespace PaxosSM.RedisKv.Tests;

/// <summary>A local machine that applies writes in their order but later, as a cluster does, and fails when told
/// to.</summary>
internal sealed class SlowBackend : IRedisBackend
{
    private readonly LocalBackend _local = new(TimeProvider.System);
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    public Exception? Failure { get; set; }

    public ValueTask<ReadOnlyMemory<byte>> ExecuteAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var mine = RunAfterAsync(_last, payload);
            _last = mine;
            return new(mine);
        }
    }

    public async ValueTask<ReadOnlyMemory<byte>> QueryAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return Failure is null ? await _local.QueryAsync(payload, cancellationToken) : throw Failure;
    }

    private async Task<ReadOnlyMemory<byte>> RunAfterAsync(Task before, ReadOnlyMemory<byte> payload)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        return Failure is null ? await _local.ExecuteAsync(payload, default) : throw Failure;
    }
}
