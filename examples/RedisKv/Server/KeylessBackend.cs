using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Server;

/// <summary>Stands where no keys are, at a member that is no learner: INFO is answered, everything else is refused with
/// the reason.</summary>
internal sealed class KeylessBackend(string why, PaxosError error = PaxosError.BadRequest) : IRedisBackend
{
    private readonly LocalBackend _empty = new(TimeProvider.System);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ExecuteAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => Refuse();

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> QueryAsync(
        ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        AsksForInfo(payload.Span) ? _empty.QueryAsync(payload, cancellationToken) : Refuse();

    private static bool AsksForInfo(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var arguments = new ArgumentRange[1];
        if (!reader.TryReadHead(out var kind, out var count) || kind != CommandPayload.Batch)
        {
            return false;
        }

        while (count-- > 0)
        {
            if (!reader.TryReadCommand(ref arguments, out _)
                || !payload.Slice(arguments[0].Start, arguments[0].Length).SequenceEqual("INFO"u8))
            {
                return false;
            }
        }

        return true;
    }

    private ValueTask<ReadOnlyMemory<byte>> Refuse() =>
        ValueTask.FromException<ReadOnlyMemory<byte>>(new PaxosException(error, why));
}
