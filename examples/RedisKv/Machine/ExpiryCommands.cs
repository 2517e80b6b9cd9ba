using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Due times of keys, by the log's time.</summary>
internal static class ExpiryCommands
{
    private const CommandFlags Writes = CommandFlags.Write | CommandFlags.Fast;
    private const CommandFlags Reads = CommandFlags.Read | CommandFlags.Fast;

    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("expire", -3, Writes, KeyPositions.One, "Lets a key expire in seconds.") { Machine = Expire },
        new("pexpire", -3, Writes, KeyPositions.One, "Lets a key expire in milliseconds.") { Machine = PExpire },
        new("expireat", -3, Writes, KeyPositions.One, "Lets a key expire at a second.") { Machine = ExpireAt },
        new("pexpireat", -3, Writes, KeyPositions.One, "Lets a key expire at a millisecond.") { Machine = PExpireAt },
        new("persist", 2, Writes, KeyPositions.One, "Keeps a key from expiring.") { Machine = Persist },
        new("ttl", 2, Reads, KeyPositions.One, "The seconds until a key expires.") { Machine = Ttl },
        new("pttl", 2, Reads, KeyPositions.One, "The milliseconds until a key expires.") { Machine = PTtl },
        new("expiretime", 2, Reads, KeyPositions.One, "The second at which a key expires.") { Machine = ExpireTime },
        new("pexpiretime", 2, Reads, KeyPositions.One, "The millisecond at which a key expires.")
        { Machine = PExpireTime },
    ];

    private static void Expire(in MachineCall call) => Expire(call, "expire", seconds: true, call.Now);

    private static void PExpire(in MachineCall call) => Expire(call, "pexpire", seconds: false, call.Now);

    private static void ExpireAt(in MachineCall call) => Expire(call, "expireat", seconds: true, 0);

    private static void PExpireAt(in MachineCall call) => Expire(call, "pexpireat", seconds: false, 0);

    private static void Expire(in MachineCall call, string command, bool seconds, long after)
    {
        if (!ExpireCondition.TryParse(call, out var condition) || !call.TryNumber(2, out var number))
        {
            return;
        }

        if (!DueTime.TryMake(number, seconds, after, out var due))
        {
            RedisErrors.WriteInvalidExpire(call.Reply, command);
            return;
        }

        var key = call.Key(1);
        if (!key.Exists || !condition.Allows(call.Keys.At(key.Slot).Due, due))
        {
            call.Reply.Flag(false);
            return;
        }

        if (due > call.Now)
        {
            call.Keys.SetDue(key.Slot, due);
        }
        else
        {
            call.Keys.Remove(key.Slot);
        }

        call.Reply.Flag(true);
    }

    private static void Persist(in MachineCall call)
    {
        var key = call.Key(1);
        var expires = key.Exists && call.Keys.At(key.Slot).Due != Item.Never;
        if (expires)
        {
            call.Keys.SetDue(key.Slot, Item.Never);
        }

        call.Reply.Flag(expires);
    }

    private static void Ttl(in MachineCall call) => Left(call, 1000, call.Now);

    private static void PTtl(in MachineCall call) => Left(call, 1, call.Now);

    private static void ExpireTime(in MachineCall call) => Left(call, 1000, 0);

    private static void PExpireTime(in MachineCall call) => Left(call, 1, 0);

    private static void Left(in MachineCall call, long unitMilliseconds, long since)
    {
        var key = call.Key(1);
        if (!key.Exists)
        {
            call.Reply.Integer(-2);
            return;
        }

        var due = call.Keys.At(key.Slot).Due;
        var left = due == Item.Never ? -1 : DueTime.MillisecondsLeft(due, since);
        call.Reply.Integer(left < 0 ? -1 : (left + (unitMilliseconds / 2)) / unitMilliseconds);
    }
}
