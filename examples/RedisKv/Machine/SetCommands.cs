using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Sets.</summary>
internal static class SetCommands
{
    private const CommandFlags Writes = CommandFlags.Write | CommandFlags.Fast;
    private const CommandFlags Reads = CommandFlags.Read | CommandFlags.Fast;

    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("sadd", -3, Writes, KeyPositions.One, "Adds members.") { Machine = SAdd },
        new("srem", -3, Writes, KeyPositions.One, "Removes members.") { Machine = SRem },
        new("spop", -2, Writes, KeyPositions.One, "Removes members that the log's place chooses.") { Machine = SPop },
        new("sismember", 3, Reads, KeyPositions.One, "Whether a member is present.") { Machine = SIsMember },
        new("scard", 2, Reads, KeyPositions.One, "Counts members.") { Machine = SCard },
        new("smembers", 2, CommandFlags.Read, KeyPositions.One, "All members.") { Machine = SMembers },
    ];

    private static void SAdd(in MachineCall call)
    {
        var key = call.Key(1);
        if (!call.TryGet<SetValue>(key, out _))
        {
            return;
        }

        var set = call.Open<SetValue>(key, out var slot);
        var added = 0;
        for (var index = 2; index < call.Count; index++)
        {
            added += set.Add(call[index]) ? 1 : 0;
        }

        call.Keys.Changed(slot);
        call.Reply.Integer(added);
    }

    private static void SRem(in MachineCall call)
    {
        var key = call.Key(1);
        if (!call.TryGet<SetValue>(key, out var set))
        {
            return;
        }

        var removed = 0;
        if (set is not null)
        {
            set = call.Open<SetValue>(key, out var slot);
            for (var index = 2; index < call.Count; index++)
            {
                removed += set.Remove(call[index]) ? 1 : 0;
            }

            call.Keys.Changed(slot);
        }

        call.Reply.Integer(removed);
    }

    private static void SPop(in MachineCall call)
    {
        var counted = call.Count == 3;
        if (call.Count > 3)
        {
            call.Reply.Error(RedisErrors.Syntax);
            return;
        }

        var count = 1L;
        if (counted && (!RedisNumber.TryParse(call[2], out count) || count < 0))
        {
            call.Reply.Error(RedisErrors.NotPositive);
            return;
        }

        var key = call.Key(1);
        if (!call.TryGet<SetValue>(key, out var set))
        {
            return;
        }

        if (counted)
        {
            call.Reply.Array((int)Math.Min(count, set?.Count ?? 0));
        }
        else if (set is null)
        {
            call.Reply.Null();
        }

        if (set is not null)
        {
            Pop(call, key, (int)Math.Min(count, set.Count));
        }
    }

    // "Random" must be the same on every replica: start where this place in the log says, go on in the set's order.
    private static void Pop(in MachineCall call, in KeyRef key, int count)
    {
        var set = call.Open<SetValue>(key, out var slot);
        var chosen = new List<byte[]>(count);
        var from = ByteHash.Combine(call.Seed, 0) >> 1;
        Choose(set, from, count, chosen);
        Choose(set, 0, count, chosen);
        foreach (var member in chosen)
        {
            set.Remove(member);
            call.Reply.Bulk(member);
        }

        call.Keys.Changed(slot);
    }

    private static void Choose(SetValue set, ulong from, int count, List<byte[]> chosen)
    {
        var walk = new OrderedWalk<Nothing>(set.Members, from);
        while (chosen.Count < count && walk.MoveNext(out var slot))
        {
            chosen.Add(set.Members.At(slot).Key!); // a walk meets no empty slot
        }
    }

    private static void SIsMember(in MachineCall call)
    {
        if (call.TryGet<SetValue>(call.Key(1), out var set))
        {
            call.Reply.Flag(set is not null && set.Contains(call[2]));
        }
    }

    private static void SCard(in MachineCall call)
    {
        if (call.TryGet<SetValue>(call.Key(1), out var set))
        {
            call.Reply.Integer(set?.Count ?? 0);
        }
    }

    private static void SMembers(in MachineCall call)
    {
        if (!call.TryGet<SetValue>(call.Key(1), out var set))
        {
            return;
        }

        call.Reply.Array(set?.Count ?? 0);
        if (set is null)
        {
            return;
        }

        var walk = new OrderedWalk<Nothing>(set.Members);
        while (walk.MoveNext(out var slot))
        {
            call.Reply.Bulk(set.Members.At(slot).Key);
        }
    }
}
