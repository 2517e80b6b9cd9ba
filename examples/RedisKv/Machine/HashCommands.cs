using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Hashes.</summary>
internal static class HashCommands
{
    private const CommandFlags Writes = CommandFlags.Write | CommandFlags.Fast;
    private const CommandFlags Reads = CommandFlags.Read | CommandFlags.Fast;

    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("hset", -4, Writes, KeyPositions.One, "Sets fields.") { Machine = HSet },
        new("hmset", -4, Writes, KeyPositions.One, "Sets fields.") { Machine = HMSet },
        new("hsetnx", 4, Writes, KeyPositions.One, "Sets an absent field.") { Machine = HSetNx },
        new("hget", 3, Reads, KeyPositions.One, "A field's value.") { Machine = HGet },
        new("hmget", -3, Reads, KeyPositions.One, "Fields' values.") { Machine = HMGet },
        new("hdel", -3, Writes, KeyPositions.One, "Deletes fields.") { Machine = HDel },
        new("hexists", 3, Reads, KeyPositions.One, "Whether a field is present.") { Machine = HExists },
        new("hlen", 2, Reads, KeyPositions.One, "Counts fields.") { Machine = HLen },
        new("hgetall", 2, CommandFlags.Read, KeyPositions.One, "All fields and values.") { Machine = HGetAll },
        new("hkeys", 2, CommandFlags.Read, KeyPositions.One, "All fields.") { Machine = HKeys },
        new("hvals", 2, CommandFlags.Read, KeyPositions.One, "All values.") { Machine = HVals },
    ];

    private static void HSet(in MachineCall call)
    {
        if (TrySetFields(call, "hset", out var added))
        {
            call.Reply.Integer(added);
        }
    }

    private static void HMSet(in MachineCall call)
    {
        if (TrySetFields(call, "hmset", out _))
        {
            call.Reply.Ok();
        }
    }

    private static bool TrySetFields(in MachineCall call, string command, out int added)
    {
        added = 0;
        if (call.Count % 2 != 0)
        {
            call.WrongArity(command);
            return false;
        }

        var key = call.Key(1);
        if (!call.TryGet<HashValue>(key, out _))
        {
            return false;
        }

        var hash = call.Open<HashValue>(key, out var slot);
        for (var index = 2; index < call.Count; index += 2)
        {
            added += hash.Set(call[index], call[index + 1].ToArray()) ? 1 : 0;
        }

        call.Keys.Changed(slot);
        return true;
    }

    private static void HSetNx(in MachineCall call)
    {
        var key = call.Key(1);
        if (!call.TryGet<HashValue>(key, out var old))
        {
            return;
        }

        var absent = old?.Get(call[2]) is null;
        if (absent)
        {
            call.Open<HashValue>(key, out var slot).Set(call[2], call[3].ToArray());
            call.Keys.Changed(slot);
        }

        call.Reply.Flag(absent);
    }

    private static void HGet(in MachineCall call)
    {
        if (call.TryGet<HashValue>(call.Key(1), out var hash))
        {
            call.Reply.BulkOrNull(hash?.Get(call[2]));
        }
    }

    private static void HMGet(in MachineCall call)
    {
        if (!call.TryGet<HashValue>(call.Key(1), out var hash))
        {
            return;
        }

        call.Reply.Array(call.Count - 2);
        for (var index = 2; index < call.Count; index++)
        {
            call.Reply.BulkOrNull(hash?.Get(call[index]));
        }
    }

    private static void HDel(in MachineCall call)
    {
        var key = call.Key(1);
        if (!call.TryGet<HashValue>(key, out var hash))
        {
            return;
        }

        var removed = 0;
        if (hash is not null)
        {
            hash = call.Open<HashValue>(key, out var slot);
            for (var index = 2; index < call.Count; index++)
            {
                removed += hash.Remove(call[index]) ? 1 : 0;
            }

            call.Keys.Changed(slot);
        }

        call.Reply.Integer(removed);
    }

    private static void HExists(in MachineCall call)
    {
        if (call.TryGet<HashValue>(call.Key(1), out var hash))
        {
            call.Reply.Flag(hash?.Get(call[2]) is not null);
        }
    }

    private static void HLen(in MachineCall call)
    {
        if (call.TryGet<HashValue>(call.Key(1), out var hash))
        {
            call.Reply.Integer(hash?.Count ?? 0);
        }
    }

    private static void HGetAll(in MachineCall call) => WriteAll(call, fields: true, values: true);

    private static void HKeys(in MachineCall call) => WriteAll(call, fields: true, values: false);

    private static void HVals(in MachineCall call) => WriteAll(call, fields: false, values: true);

    private static void WriteAll(in MachineCall call, bool fields, bool values)
    {
        if (!call.TryGet<HashValue>(call.Key(1), out var hash))
        {
            return;
        }

        if (hash is null)
        {
            call.Reply.Array(0);
            return;
        }

        call.Reply.Array(hash.Count * (fields && values ? 2 : 1));
        var walk = new OrderedWalk<byte[]>(hash.Fields);
        while (walk.MoveNext(out var slot))
        {
            if (fields)
            {
                call.Reply.Bulk(hash.Fields.At(slot).Key);
            }

            if (values)
            {
                call.Reply.Bulk(hash.Fields.At(slot).Value);
            }
        }
    }
}
