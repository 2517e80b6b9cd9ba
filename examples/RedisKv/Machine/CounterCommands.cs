using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Strings that are numbers.</summary>
internal static class CounterCommands
{
    private const CommandFlags Flags = CommandFlags.Write | CommandFlags.Fast;

    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("incr", 2, Flags, KeyPositions.One, "Adds one to a number.") { Machine = Incr },
        new("decr", 2, Flags, KeyPositions.One, "Takes one off a number.") { Machine = Decr },
        new("incrby", 3, Flags, KeyPositions.One, "Adds to a number.") { Machine = IncrBy },
        new("decrby", 3, Flags, KeyPositions.One, "Takes off a number.") { Machine = DecrBy },
    ];

    private static void Incr(in MachineCall call) => Add(call, 1);

    private static void Decr(in MachineCall call) => Add(call, -1);

    private static void IncrBy(in MachineCall call)
    {
        if (call.TryNumber(2, out var amount))
        {
            Add(call, amount);
        }
    }

    private static void DecrBy(in MachineCall call)
    {
        if (!call.TryNumber(2, out var amount))
        {
            return;
        }

        if (amount == long.MinValue)
        {
            call.Reply.Error(RedisErrors.DecrementOverflow);
            return;
        }

        Add(call, -amount);
    }

    private static void Add(in MachineCall call, long amount)
    {
        var key = call.Key(1);
        if (!call.TryGet<byte[]>(key, out var old))
        {
            return;
        }

        var number = 0L;
        if (old is not null && !RedisNumber.TryParse(old, out number))
        {
            call.Reply.Error(RedisErrors.NotInteger);
            return;
        }

        var sum = unchecked(number + amount);
        if (((number ^ sum) & (amount ^ sum)) < 0)
        {
            call.Reply.Error(RedisErrors.Overflow);
            return;
        }

        call.Put(key, RedisNumber.Format(sum), key.Exists ? call.Keys.At(key.Slot).Due : Item.Never);
        call.Reply.Integer(sum);
    }
}
