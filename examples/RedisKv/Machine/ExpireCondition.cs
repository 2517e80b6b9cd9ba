namespace PaxosSM.RedisKv.Machine;

/// <summary>When EXPIRE may change a due time: NX, XX, GT, LT.</summary>
internal readonly record struct ExpireCondition(bool OnlyNew, bool OnlyOld, bool OnlyLater, bool OnlyEarlier)
{
    /// <summary>True when a due time may be replaced by another; no due time is later than any.</summary>
    public bool Allows(long oldDue, long newDue)
    {
        var right = oldDue == Item.Never ? !OnlyOld : !OnlyNew;
        return right && !(OnlyLater && newDue <= oldDue) && !(OnlyEarlier && newDue >= oldDue);
    }

    /// <summary>Reads the options. False when they are wrong; then the reply is written.</summary>
    public static bool TryParse(in MachineCall call, out ExpireCondition condition)
    {
        condition = default;
        for (var index = 3; index < call.Count; index++)
        {
            var before = condition;
            condition = call switch
            {
                _ when call.Is(index, "NX"u8) => condition with { OnlyNew = true },
                _ when call.Is(index, "XX"u8) => condition with { OnlyOld = true },
                _ when call.Is(index, "GT"u8) => condition with { OnlyLater = true },
                _ when call.Is(index, "LT"u8) => condition with { OnlyEarlier = true },
                _ => condition,
            };
            if (condition == before)
            {
                call.Reply.Error([.. "ERR Unsupported option "u8, .. call[index]]);
                return false;
            }
        }

        if (condition.OnlyNew && (condition.OnlyOld || condition.OnlyLater || condition.OnlyEarlier))
        {
            call.Reply.Error(RedisErrors.ExpireConflict);
            return false;
        }

        if (condition.OnlyLater && condition.OnlyEarlier)
        {
            call.Reply.Error(RedisErrors.ExpireGreaterLess);
            return false;
        }

        return true;
    }
}
