using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Keys whatever they hold.</summary>
internal static class KeyCommands
{
    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("del", -2, CommandFlags.Write, KeyPositions.All, "Deletes keys.") { Machine = Del },
        new("unlink", -2, CommandFlags.Write | CommandFlags.Fast, KeyPositions.All, "Deletes keys.") { Machine = Del },
        new("exists", -2, CommandFlags.Read | CommandFlags.Fast, KeyPositions.All, "Counts present keys.")
        { Machine = Exists },
        new("type", 2, CommandFlags.Read | CommandFlags.Fast, KeyPositions.One, "A value's type.") { Machine = TypeOf },
        new("dbsize", 1, CommandFlags.Read | CommandFlags.Fast, KeyPositions.None, "Counts all keys.")
        { Machine = DbSize },
        new("flushall", -1, CommandFlags.Write, KeyPositions.None, "Deletes all keys.") { Machine = Flush },
        new("flushdb", -1, CommandFlags.Write, KeyPositions.None, "Deletes all keys.") { Machine = Flush },
    ];

    /// <summary>A type's name in Redis.</summary>
    public static ReadOnlySpan<byte> NameOf(object value) => value switch
    {
        ListValue => "list"u8,
        HashValue => "hash"u8,
        SetValue => "set"u8,
        _ => "string"u8,
    };

    private static void Del(in MachineCall call)
    {
        var removed = 0;
        for (var index = 1; index < call.Count; index++)
        {
            var key = call.Key(index);
            if (key.Exists)
            {
                call.Keys.Remove(key.Slot);
                removed++;
            }
        }

        call.Reply.Integer(removed);
    }

    private static void Exists(in MachineCall call)
    {
        var present = 0;
        for (var index = 1; index < call.Count; index++)
        {
            present += call.Key(index).Exists ? 1 : 0;
        }

        call.Reply.Integer(present);
    }

    private static void TypeOf(in MachineCall call)
    {
        var key = call.Key(1);
        call.Reply.Simple(key.Exists ? NameOf(call.Keys.At(key.Slot).Value) : "none"u8);
    }

    private static void DbSize(in MachineCall call) => call.Reply.Integer(call.Keys.CountAt(call.Now));

    private static void Flush(in MachineCall call)
    {
        if (call.Count > 2 || (call.Count == 2 && !call.Is(1, "SYNC"u8) && !call.Is(1, "ASYNC"u8)))
        {
            call.Reply.Error(RedisErrors.Syntax);
            return;
        }

        call.Keys.Clear();
        call.Reply.Ok();
    }
}
