namespace PaxosSM.RedisKv.Machine;

/// <summary>Redis's types; the numbers are part of the snapshot's format.</summary>
internal enum ValueKind : byte
{
    /// <summary>Bytes.</summary>
    String = 1,

    /// <summary>A sequence with two ends.</summary>
    List = 2,

    /// <summary>Fields with values.</summary>
    Hash = 3,

    /// <summary>Distinct members.</summary>
    Set = 4,
}
