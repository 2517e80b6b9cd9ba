using System.Security.Cryptography;

namespace PaxosSM.Storage;

/// <summary>Writes a backup to a stream, from its beginning to its end. Not safe for use by many threads.</summary>
/// <remarks>A backup that <see cref="CompleteAsync"/> did not end is none: every reader refuses it.</remarks>
public sealed class BackupWriter : IDisposable
{
    private readonly Stream _destination;
    private readonly BackupInfo _info;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _chunk = new byte[BackupFormat.ChunkHeaderSize + BackupFormat.ChunkBytes];
    private uint _seed;
    private int _filled;
    private long _length;
    private long _chunks;

    private BackupWriter(Stream destination, BackupInfo info)
    {
        _destination = destination;
        _info = info;
    }

    /// <summary>Begins a backup.</summary>
    /// <param name="destination">Where it goes; the caller flushes and closes it.</param>
    /// <param name="info">What it says of itself.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<BackupWriter> BeginAsync(
        Stream destination, BackupInfo info, CancellationToken cancellationToken)
    {
        BackupWriter writer = new(destination, info);
        var head = BackupFormat.WriteHead(info);
        writer._seed = BackupFormat.SeedOf(head.AsSpan(0, BackupFormat.HeadSize));
        await writer.PutAsync(head, cancellationToken).ConfigureAwait(false);
        return writer;
    }

    /// <summary>Takes more of the state.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        while (!content.IsEmpty)
        {
            var count = Math.Min(content.Length, BackupFormat.ChunkBytes - _filled);
            content[..count].CopyTo(_chunk.AsMemory(BackupFormat.ChunkHeaderSize + _filled));
            content = content[count..];
            _filled += count;
            if (_filled == BackupFormat.ChunkBytes)
            {
                await PutChunkAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes what makes it a backup.</summary>
    /// <returns>What it says of itself, with its number.</returns>
    public async Task<BackupInfo> CompleteAsync(CancellationToken cancellationToken)
    {
        await PutChunkAsync(cancellationToken).ConfigureAwait(false);
        var digest = _digest.GetHashAndReset();
        var end = new byte[BackupFormat.EndSize];
        BackupFormat.WriteEnd(end, _length, _chunks, digest);
        await _destination.WriteAsync(end, cancellationToken).ConfigureAwait(false);
        return _info with { Id = new(digest.AsSpan(0, 16)), Length = _length };
    }

    /// <inheritdoc/>
    public void Dispose() => _digest.Dispose();

    private async ValueTask PutChunkAsync(CancellationToken cancellationToken)
    {
        if (_filled == 0)
        {
            return;
        }

        var content = _chunk.AsMemory(BackupFormat.ChunkHeaderSize, _filled);
        BackupFormat.WriteChunkHeader(_chunk, _seed, _chunks, content.Span);
        _chunks++;
        _length += _filled;
        _filled = 0;
        await PutAsync(_chunk.AsMemory(0, BackupFormat.ChunkHeaderSize + content.Length), cancellationToken)
            .ConfigureAwait(false);
    }

    private ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _digest.AppendData(bytes.Span);
        return _destination.WriteAsync(bytes, cancellationToken);
    }
}
