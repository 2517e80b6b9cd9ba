using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Strings: SET and GET and what is made of them.</summary>
internal static class StringCommands
{
    private const int StringBytesMax = 512 * 1024 * 1024;

    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("get", 2, CommandFlags.Read | CommandFlags.Fast, KeyPositions.One, "Returns a string.") { Machine = Get },
        new("set", -3, CommandFlags.Write, KeyPositions.One, "Sets a string.") { Machine = Set },
        new("setnx", 3, CommandFlags.Write | CommandFlags.Fast, KeyPositions.One, "Sets an absent key.")
        { Machine = SetNx },
        new("setex", 4, CommandFlags.Write, KeyPositions.One, "Sets a string that expires.") { Machine = SetEx },
        new("psetex", 4, CommandFlags.Write, KeyPositions.One, "Sets a string that expires.") { Machine = PSetEx },
        new("getset", 3, CommandFlags.Write | CommandFlags.Fast, KeyPositions.One, "Sets and returns the old.")
        { Machine = GetSet },
        new("getdel", 2, CommandFlags.Write | CommandFlags.Fast, KeyPositions.One, "Returns and deletes.")
        { Machine = GetDel },
        new("append", 3, CommandFlags.Write | CommandFlags.Fast, KeyPositions.One, "Lengthens a string.")
        { Machine = Append },
        new("strlen", 2, CommandFlags.Read | CommandFlags.Fast, KeyPositions.One, "A string's length.")
        { Machine = StrLen },
        new("mget", -2, CommandFlags.Read | CommandFlags.Fast, KeyPositions.All, "Returns strings.") { Machine = MGet },
        new("mset", -3, CommandFlags.Write, KeyPositions.Pairs, "Sets strings.") { Machine = MSet },
        new("msetnx", -3, CommandFlags.Write, KeyPositions.Pairs, "Sets strings if all are absent.")
        { Machine = MSetNx },
    ];

    private static void Get(in MachineCall call)
    {
        var key = call.Key(1);
        if (call.TryGet<byte[]>(key, out var value))
        {
            call.Reply.BulkOrNull(value);
        }
    }

    private static void Set(in MachineCall call)
    {
        if (call.Count == 3)
        {
            call.Put(call.Key(1), call[2].ToArray(), Item.Never);
            call.Reply.Ok();
        }
        else if (SetOptions.TryParse(call, out var options))
        {
            Set(call, options);
        }
    }

    private static void Set(in MachineCall call, SetOptions options)
    {
        var key = call.Key(1);
        byte[]? old = null;
        if (options.ReturnOld && !call.TryGet(key, out old))
        {
            return;
        }

        var done = options.Allows(key.Exists);
        if (done)
        {
            Store(call, key, options.KeepDue && key.Exists ? call.Keys.At(key.Slot).Due : options.Due);
        }

        if (options.ReturnOld)
        {
            call.Reply.BulkOrNull(old);
        }
        else if (done)
        {
            call.Reply.Ok();
        }
        else
        {
            call.Reply.Null();
        }
    }

    private static void Store(in MachineCall call, in KeyRef key, long due)
    {
        if (due > call.Now)
        {
            call.Put(key, call[2].ToArray(), due);
        }
        else if (key.Exists)
        {
            call.Keys.Remove(key.Slot);
        }
    }

    private static void SetNx(in MachineCall call)
    {
        var key = call.Key(1);
        if (!key.Exists)
        {
            call.Put(key, call[2].ToArray(), Item.Never);
        }

        call.Reply.Flag(!key.Exists);
    }

    private static void SetEx(in MachineCall call) => SetExpiring(call, "setex", seconds: true);

    private static void PSetEx(in MachineCall call) => SetExpiring(call, "psetex", seconds: false);

    private static void SetExpiring(in MachineCall call, string command, bool seconds)
    {
        if (!call.TryNumber(2, out var span))
        {
            return;
        }

        if (span <= 0 || !DueTime.TryMake(span, seconds, call.Now, out var due))
        {
            RedisErrors.WriteInvalidExpire(call.Reply, command);
            return;
        }

        call.Put(call.Key(1), call[3].ToArray(), due);
        call.Reply.Ok();
    }

    private static void GetSet(in MachineCall call)
    {
        var key = call.Key(1);
        if (call.TryGet<byte[]>(key, out var old))
        {
            call.Put(key, call[2].ToArray(), Item.Never);
            call.Reply.BulkOrNull(old);
        }
    }

    private static void GetDel(in MachineCall call)
    {
        var key = call.Key(1);
        if (!call.TryGet<byte[]>(key, out var old))
        {
            return;
        }

        if (key.Exists)
        {
            call.Keys.Remove(key.Slot);
        }

        call.Reply.BulkOrNull(old);
    }

    private static void Append(in MachineCall call)
    {
        var key = call.Key(1);
        if (!call.TryGet<byte[]>(key, out var old))
        {
            return;
        }

        var tail = call[2];
        if ((old?.Length ?? 0) + (long)tail.Length > StringBytesMax)
        {
            call.Reply.Error(RedisErrors.StringTooLong);
            return;
        }

        byte[] value = old is null ? tail.ToArray() : [.. old, .. tail];
        call.Put(key, value, key.Exists ? call.Keys.At(key.Slot).Due : Item.Never);
        call.Reply.Integer(value.Length);
    }

    private static void StrLen(in MachineCall call)
    {
        var key = call.Key(1);
        if (call.TryGet<byte[]>(key, out var value))
        {
            call.Reply.Integer(value?.Length ?? 0);
        }
    }

    private static void MGet(in MachineCall call)
    {
        call.Reply.Array(call.Count - 1);
        for (var index = 1; index < call.Count; index++)
        {
            var key = call.Key(index);
            call.Reply.BulkOrNull(key.Exists ? call.Keys.At(key.Slot).Value as byte[] : null);
        }
    }

    private static void MSet(in MachineCall call)
    {
        if (call.Count % 2 == 0)
        {
            call.WrongArity("mset");
            return;
        }

        PutPairs(call);
        call.Reply.Ok();
    }

    private static void MSetNx(in MachineCall call)
    {
        if (call.Count % 2 == 0)
        {
            call.WrongArity("msetnx");
            return;
        }

        for (var index = 1; index < call.Count; index += 2)
        {
            if (call.Key(index).Exists)
            {
                call.Reply.Flag(false);
                return;
            }
        }

        PutPairs(call);
        call.Reply.Flag(true);
    }

    private static void PutPairs(in MachineCall call)
    {
        for (var index = 1; index < call.Count; index += 2)
        {
            call.Put(call.Key(index), call[index + 1].ToArray(), Item.Never);
        }
    }
}
