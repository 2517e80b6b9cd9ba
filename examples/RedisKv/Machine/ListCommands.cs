using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Lists.</summary>
internal static class ListCommands
{
    private const CommandFlags Writes = CommandFlags.Write | CommandFlags.Fast;

    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("lpush", -3, Writes, KeyPositions.One, "Adds elements at the left.") { Machine = LPush },
        new("rpush", -3, Writes, KeyPositions.One, "Adds elements at the right.") { Machine = RPush },
        new("lpop", -2, Writes, KeyPositions.One, "Takes elements off the left.") { Machine = LPop },
        new("rpop", -2, Writes, KeyPositions.One, "Takes elements off the right.") { Machine = RPop },
        new("llen", 2, CommandFlags.Read | CommandFlags.Fast, KeyPositions.One, "Counts elements.") { Machine = LLen },
        new("lindex", 3, CommandFlags.Read, KeyPositions.One, "An element.") { Machine = LIndex },
        new("lrange", 4, CommandFlags.Read, KeyPositions.One, "Elements from a place to another.") { Machine = LRange },
    ];

    private static void LPush(in MachineCall call) => Push(call, left: true);

    private static void RPush(in MachineCall call) => Push(call, left: false);

    private static void Push(in MachineCall call, bool left)
    {
        var key = call.Key(1);
        if (!call.TryGet<ListValue>(key, out _))
        {
            return;
        }

        var list = call.Open<ListValue>(key, out var slot);
        for (var index = 2; index < call.Count; index++)
        {
            list.Push(call[index].ToArray(), left);
        }

        call.Keys.Changed(slot);
        call.Reply.Integer(list.Count);
    }

    private static void LPop(in MachineCall call) => Pop(call, "lpop", left: true);

    private static void RPop(in MachineCall call) => Pop(call, "rpop", left: false);

    private static void Pop(in MachineCall call, string command, bool left)
    {
        var counted = call.Count == 3;
        if (call.Count > 3)
        {
            call.WrongArity(command);
            return;
        }

        var count = 1L;
        if (counted && (!RedisNumber.TryParse(call[2], out count) || count < 0))
        {
            call.Reply.Error(RedisErrors.NotPositive);
            return;
        }

        var key = call.Key(1);
        if (!call.TryGet<ListValue>(key, out var list))
        {
            return;
        }

        if (list is null)
        {
            WriteNothing(call, counted);
            return;
        }

        list = call.Open<ListValue>(key, out var slot);
        var taken = (int)Math.Min(count, list.Count);
        if (counted)
        {
            call.Reply.Array(taken);
        }

        for (var index = 0; index < taken; index++)
        {
            call.Reply.Bulk(list.Pop(left));
        }

        call.Keys.Changed(slot);
    }

    private static void WriteNothing(in MachineCall call, bool counted)
    {
        if (counted)
        {
            call.Reply.NullArray();
        }
        else
        {
            call.Reply.Null();
        }
    }

    private static void LLen(in MachineCall call)
    {
        if (call.TryGet<ListValue>(call.Key(1), out var list))
        {
            call.Reply.Integer(list?.Count ?? 0);
        }
    }

    private static void LIndex(in MachineCall call)
    {
        if (!call.TryNumber(2, out var index) || !call.TryGet<ListValue>(call.Key(1), out var list))
        {
            return;
        }

        var length = list?.Count ?? 0;
        index = index < 0 ? index + length : index;
        call.Reply.BulkOrNull(index >= 0 && index < length ? list![(int)index] : null); // a length over 0 is a list's
    }

    private static void LRange(in MachineCall call)
    {
        if (!call.TryNumber(2, out var first) || !call.TryNumber(3, out var last)
            || !call.TryGet<ListValue>(call.Key(1), out var list))
        {
            return;
        }

        var length = list?.Count ?? 0;
        first = Math.Max(0, first < 0 ? first + length : first);
        last = Math.Min(length - 1, last < 0 ? last + length : last);
        if (list is null || first > last)
        {
            call.Reply.Array(0);
            return;
        }

        call.Reply.Array((int)(last - first + 1));
        for (var index = first; index <= last; index++)
        {
            call.Reply.Bulk(list[(int)index]);
        }
    }
}
