namespace PaxosSM.Storage;

/// <summary>Reads whole segments, around sectors that the device can't read.</summary>
internal static class SegmentReader
{
    // Not zero: what can't be read must never look as if nothing had been written there (R24).
    private const byte Unreadable = 0xDB;
    private const int ChunkBytes = 1024 * 1024;
    private const int RetryBytes = BlockFormat.SectorSize;

    /// <summary>Fills <paramref name="destination"/> from the file's start.</summary>
    /// <returns>How many bytes could not be read.</returns>
    public static long Read(IStorageFile file, Span<byte> destination)
    {
        long lost = 0;
        for (var at = 0; at < destination.Length; at += ChunkBytes)
        {
            var chunk = destination.Slice(at, Math.Min(ChunkBytes, destination.Length - at));
            if (!TryRead(file, at, chunk))
            {
                lost += ReadInPieces(file, at, chunk);
            }
        }

        return lost;
    }

    /// <summary>Whether a sector is as one that could not be read; others may be, too.</summary>
    public static bool IsLost(ReadOnlySpan<byte> sector) => !sector.ContainsAnyExcept(Unreadable);

    private static long ReadInPieces(IStorageFile file, long offset, Span<byte> chunk)
    {
        long lost = 0;
        for (var at = 0; at < chunk.Length; at += RetryBytes)
        {
            var piece = chunk.Slice(at, Math.Min(RetryBytes, chunk.Length - at));
            if (!TryRead(file, offset + at, piece))
            {
                piece.Fill(Unreadable);
                lost += piece.Length;
            }
        }

        return lost;
    }

    private static bool TryRead(IStorageFile file, long offset, Span<byte> destination)
    {
        try
        {
            return file.Read(offset, destination) == destination.Length;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
