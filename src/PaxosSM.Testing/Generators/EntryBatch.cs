namespace PaxosSM.Testing.Generators;

/// <summary>Entries that travel as one value.</summary>
/// <param name="Entries">The entries, in order.</param>
public sealed record EntryBatch(IReadOnlyList<CommandEntry> Entries)
{
    /// <summary>The batch as a value's payload.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[Entries.Sum(entry => CommandEntry.HeaderSize + entry.Payload.Length)];
        var rest = bytes.AsSpan();
        foreach (var entry in Entries)
        {
            CommandEntry.WriteHeader(
                rest, entry.Kind, entry.Session, entry.Sequence, entry.AcknowledgedThrough, entry.Payload.Length);
            entry.Payload.Span.CopyTo(rest[CommandEntry.HeaderSize..]);
            rest = rest[(CommandEntry.HeaderSize + entry.Payload.Length)..];
        }

        return bytes;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Entries.Select(
        entry => $"{entry.Kind} {entry.Session} #{entry.Sequence} ({entry.Payload.Length} bytes)"));
}
