namespace PaxosSM.Storage;

/// <summary>The file system as storage needs it, so that tests and simulations can put a faulty one in its
/// place.</summary>
/// <remarks>
/// Safe for use by many threads. What fails throws <see cref="IOException"/>; a full disk or quota throws
/// <see cref="DiskFullException"/>: R1 treats them differently.
/// </remarks>
public interface IFileLayer
{
    /// <summary>Creates a folder, and those above it, where missing.</summary>
    void CreateDirectory(string path);

    /// <summary>The names, without folders, of the files in a folder, in ordinal order; none when there is no such
    /// folder.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Opens a file for reading and writing.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    IStorageFile Open(string path);

    /// <summary>Opens a file for reading; it may be renamed over or deleted meanwhile.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    IStorageFile OpenRead(string path);

    /// <summary>Makes an empty file, in place of the one there, and opens it for reading and writing.</summary>
    IStorageFile Create(string path);

    /// <summary>Renames a file, in place of another one.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file; nothing happens when it is not there.</summary>
    void Delete(string path);

    /// <summary>Makes what was created, renamed and deleted in a folder durable. R1 holds for its failure.</summary>
    void FlushDirectory(string path);

    /// <summary>Takes a lock file until disposed. The lock ends with the process, however that ends.</summary>
    /// <exception cref="IOException">Another holder has it; the message says who, if known.</exception>
    IDisposable Lock(string path);
}

/// <summary>An open file. One writer at a time; readers may be many.</summary>
public interface IStorageFile : IDisposable
{
    /// <summary>Its length, in bytes.</summary>
    long Length { get; }

    /// <summary>Reads at a position until <paramref name="destination"/> is full or the file ends.</summary>
    /// <returns>How many bytes were read.</returns>
    int Read(long offset, Span<byte> destination);

    /// <summary>Writes at a position; the file grows where needed.</summary>
    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Cuts the file off; nothing happens to one that is no longer. Durable with the next
    /// <see cref="Flush"/>.</summary>
    void Truncate(long length);

    /// <summary>Makes what was written durable, and what of the metadata reading it back needs.</summary>
    void Flush();

    /// <summary>Has the device take what was written in a range, so that a later <see cref="Flush"/> has little to do;
    /// durable it need not be. A failure counts as one of a flush does.</summary>
    void WriteBack(long offset, long length) => Flush();
}
