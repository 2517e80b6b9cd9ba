namespace PaxosSM.RedisKv.Resp;

/// <summary>How far the parser got.</summary>
internal enum RespReadResult
{
    /// <summary>All input is consumed, and no command is complete.</summary>
    NeedMore,

    /// <summary>A command is complete; more input may be left.</summary>
    Command,

    /// <summary>The client does not speak the protocol; nothing after this can be understood.</summary>
    Error,
}
