namespace PaxosSM.RedisKv.Machine;

/// <summary>The options of SET.</summary>
internal readonly record struct SetOptions
{
    /// <summary>From when on the key is absent.</summary>
    public long Due { get; private init; }

    /// <summary>True when an old due time stays.</summary>
    public bool KeepDue { get; private init; }

    /// <summary>True when the reply is the old value.</summary>
    public bool ReturnOld { get; private init; }

    private bool OnlyAbsent { get; init; }

    private bool OnlyPresent { get; init; }

    /// <summary>True when the key may be set, given whether it is present.</summary>
    public bool Allows(bool present) => present ? !OnlyAbsent : !OnlyPresent;

    /// <summary>Reads the options. False when they are wrong; then the reply is written.</summary>
    public static bool TryParse(in MachineCall call, out SetOptions options)
    {
        options = new() { Due = Item.Never };
        for (var index = 3; index < call.Count; index++)
        {
            if (!TryFlag(call, index, ref options) && !TryTime(call, ref index, ref options, out var replied))
            {
                if (!replied)
                {
                    call.Reply.Error(RedisErrors.Syntax);
                }

                return false;
            }
        }

        return true;
    }

    private static bool TryFlag(in MachineCall call, int index, ref SetOptions options)
    {
        if (call.Is(index, "NX"u8) && !options.OnlyPresent)
        {
            options = options with { OnlyAbsent = true };
        }
        else if (call.Is(index, "XX"u8) && !options.OnlyAbsent)
        {
            options = options with { OnlyPresent = true };
        }
        else if (call.Is(index, "GET"u8))
        {
            options = options with { ReturnOld = true };
        }
        else if (call.Is(index, "KEEPTTL"u8) && options.Due == Item.Never)
        {
            options = options with { KeepDue = true };
        }
        else
        {
            return false;
        }

        return true;
    }

    private static bool TryTime(in MachineCall call, ref int index, ref SetOptions options, out bool replied)
    {
        replied = false;
        var absolute = call.Is(index, "EXAT"u8) || call.Is(index, "PXAT"u8);
        var seconds = call.Is(index, "EX"u8) || call.Is(index, "EXAT"u8);
        var known = absolute || seconds || call.Is(index, "PX"u8);
        if (!known || options.KeepDue || options.Due != Item.Never || ++index == call.Count)
        {
            return false;
        }

        replied = true;
        if (!call.TryNumber(index, out var number))
        {
            return false;
        }

        if (number <= 0 || !DueTime.TryMake(number, seconds, absolute ? 0 : call.Now, out var due))
        {
            RedisErrors.WriteInvalidExpire(call.Reply, "set");
            return false;
        }

        options = options with { Due = due };
        return true;
    }
}
