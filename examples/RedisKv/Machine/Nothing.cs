namespace PaxosSM.RedisKv.Machine;

/// <summary>The value of a key that is only there or not.</summary>
internal readonly record struct Nothing;
