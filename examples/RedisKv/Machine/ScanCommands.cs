using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Walks over the keyspace.</summary>
internal static class ScanCommands
{
    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("keys", 2, CommandFlags.Read, KeyPositions.None, "All keys that match a pattern.") { Machine = Keys },
        new("scan", -2, CommandFlags.Read, KeyPositions.None, "Some keys, and where to go on.") { Machine = Scan },
    ];

    private static void Keys(in MachineCall call)
    {
        var found = new List<int>();
        var walk = new OrderedWalk<Item>(call.Keys.Table);
        while (walk.MoveNext(out var slot))
        {
            if (call.Keys.At(slot).Due > call.Now && GlobPattern.Matches(call[1], call.Keys.Table.At(slot).Key))
            {
                found.Add(slot);
            }
        }

        WriteKeys(call, found);
    }

    private static void Scan(in MachineCall call)
    {
        if (!ulong.TryParse(call[1], out var cursor))
        {
            call.Reply.Error(RedisErrors.InvalidCursor);
            return;
        }

        if (!ScanOptions.TryParse(call, out var options))
        {
            return;
        }

        var found = new List<int>();
        var next = Collect(call, options, cursor, found);
        call.Reply.Array(2);
        call.Reply.BulkNumber(next);
        WriteKeys(call, found);
    }

    // Keys of one hash go together, so that the next hash is where to go on.
    private static ulong Collect(in MachineCall call, in ScanOptions options, ulong cursor, List<int> found)
    {
        var walk = new OrderedWalk<Item>(call.Keys.Table, cursor);
        var visited = 0L;
        var last = 0UL;
        while (walk.MoveNext(out var slot))
        {
            ref readonly var entry = ref call.Keys.Table.At(slot);
            if (visited++ >= options.Count && entry.Hash != last)
            {
                return entry.Hash;
            }

            last = entry.Hash;
            if (entry.Value.Due > call.Now && options.Matches(entry.Key, entry.Value.Value))
            {
                found.Add(slot);
            }
        }

        return 0;
    }

    private static void WriteKeys(in MachineCall call, List<int> slots)
    {
        call.Reply.Array(slots.Count);
        foreach (var slot in slots)
        {
            call.Reply.Bulk(call.Keys.Table.At(slot).Key);
        }
    }
}
