using System.Security.Cryptography;

namespace PaxosSM.Storage;

/// <summary>Reads a backup from a stream; no byte of a damaged chunk gets out. Not safe for use by many
/// threads.</summary>
/// <remarks>Only a backup that was read through to its end is known to be whole.</remarks>
public sealed class BackupReader : IDisposable
{
    private readonly Stream _source;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _chunk = new byte[BackupFormat.ChunkHeaderSize + BackupFormat.ChunkBytes];
    private uint _seed;
    private long _length;
    private long _chunks;

    private BackupReader(Stream source) => _source = source;

    /// <summary>What the backup says of itself; with its number and length once the end was read.</summary>
    public BackupInfo Info { get; private set; } = null!; // the opening reads it

    /// <summary>Reads a backup's head.</summary>
    /// <param name="source">The backup, from its beginning; the caller closes it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidDataException">It is no backup, or its head is damaged.</exception>
    public static async Task<BackupReader> OpenAsync(Stream source, CancellationToken cancellationToken)
    {
        BackupReader reader = new(source);
        try
        {
            var head = await reader.TakeAsync(BackupFormat.HeadSize, cancellationToken).ConfigureAwait(false);
            var length = BackupFormat.LengthOf(head);
            var description = await reader.TakeAsync(length, cancellationToken).ConfigureAwait(false);
            reader.Info = BackupFormat.ReadHead(head, description);
            reader._seed = BackupFormat.SeedOf(head);
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>The next bytes of the state, verified; valid until the next call. Empty at the end, which is verified,
    /// too.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or cut.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        var header = _chunk.AsMemory(0, BackupFormat.ChunkHeaderSize);
        await FillAsync(header, cancellationToken).ConfigureAwait(false);
        var length = BackupFormat.ChunkLength(header.Span);
        if (length == 0)
        {
            await ReadEndAsync(cancellationToken).ConfigureAwait(false);
            return default;
        }

        var content = _chunk.AsMemory(BackupFormat.ChunkHeaderSize, length);
        await FillAsync(content, cancellationToken).ConfigureAwait(false);
        BackupFormat.CheckChunk(header.Span, _seed, _chunks, content.Span);
        _digest.AppendData(_chunk, 0, header.Length + length);
        _chunks++;
        _length += length;
        return content;
    }

    /// <inheritdoc/>
    public void Dispose() => _digest.Dispose();

    private async Task ReadEndAsync(CancellationToken cancellationToken)
    {
        var end = _chunk.AsMemory(0, BackupFormat.EndSize);
        await FillAsync(end[BackupFormat.ChunkHeaderSize..], cancellationToken).ConfigureAwait(false);
        var digest = _digest.GetHashAndReset();
        BackupFormat.CheckEnd(end.Span, _length, _chunks, digest);
        var more = await _source.ReadAsync(_chunk.AsMemory(BackupFormat.EndSize, 1), cancellationToken)
            .ConfigureAwait(false);
        BackupFormat.Require(more == 0, "something follows its end");
        Info = Info with { Id = new(digest.AsSpan(0, 16)), Length = _length };
    }

    private async Task<byte[]> TakeAsync(int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await FillAsync(bytes, cancellationToken).ConfigureAwait(false);
        _digest.AppendData(bytes);
        return bytes;
    }

    private async ValueTask FillAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await _source.ReadAtLeastAsync(
            destination, destination.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        BackupFormat.Require(read == destination.Length, "it ends too early");
    }
}
