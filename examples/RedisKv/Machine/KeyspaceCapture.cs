namespace PaxosSM.RedisKv.Machine;

/// <summary>The entries at one moment; immutable, for a thread that writes them out.</summary>
internal sealed record KeyspaceCapture(TableSlot<Item>[][] Chunks, int Count, ulong Digest);
