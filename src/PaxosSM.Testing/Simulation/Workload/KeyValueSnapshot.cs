namespace PaxosSM.Testing.Simulation;

/// <summary>A captured <see cref="KeyValueMachine"/>.</summary>
internal sealed class KeyValueSnapshot(
    KeyValuePair<ushort, KeyValueMachine.Entry>[] entries, KeyValuePair<ushort, long>[] held, long released)
    : ISnapshotWriter
{
    public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(entries.Length);
            foreach (var (key, entry) in entries)
            {
                writer.Write(key);
                writer.Write(entry.Counter);
                writer.Write(entry.Value.Length);
                writer.Write(entry.Value);
            }

            writer.Write(held.Length);
            foreach (var (name, due) in held)
            {
                writer.Write(name);
                writer.Write(due);
            }

            writer.Write(released);
        }

        await destination.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), cancellationToken)
            .ConfigureAwait(false);
    }

    public void Dispose()
    {
    }
}
