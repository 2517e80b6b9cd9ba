namespace PaxosSM.Execution;

/// <summary>What the session table may hold. Part of the replicated state: all replicas of a group have the same,
/// always.</summary>
/// <remarks>A snapshot carries the limits it was made with, and a replica with others refuses it: they decide who is
/// told Busy.</remarks>
public sealed record SessionLimits
{
    /// <summary>How many sessions are open at most. Default 65,536.</summary>
    public int SessionsMax { get; init; } = 1 << 16;

    /// <summary>How wide a session's window is at most; a wider one that is asked for is cut to this. Default
    /// 65,536.</summary>
    public int WindowMax { get; init; } = 1 << 16;

    /// <summary>How wide the windows of all sessions are together, at most. Default 16,777,216.</summary>
    public int WindowSumMax { get; init; } = 1 << 24;

    /// <summary>How many bytes of results one session keeps before its next command is told Busy. Default 16
    /// MiB.</summary>
    public int SessionBytesMax { get; init; } = 16 << 20;

    /// <summary>How many bytes of results all sessions keep before commands are told Busy. Default 256 MiB.</summary>
    public int BytesMax { get; init; } = 256 << 20;

    /// <summary>Checks the limits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not positive, or makes no sense beside another.</exception>
    public void Validate()
    {
        const int PowerOfTwoMax = 1 << 30;
        ArgumentOutOfRangeException.ThrowIfLessThan(SessionsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WindowMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(WindowMax, PowerOfTwoMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(WindowSumMax, WindowMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(SessionBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BytesMax, SessionBytesMax);
    }

    internal void Write(ref StateWriter writer)
    {
        writer.WriteInt32(SessionsMax);
        writer.WriteInt32(WindowMax);
        writer.WriteInt32(WindowSumMax);
        writer.WriteInt32(SessionBytesMax);
        writer.WriteInt32(BytesMax);
    }

    internal void RequireWritten(ref StateReader reader)
    {
        var written = new SessionLimits
        {
            SessionsMax = reader.ReadInt32(),
            WindowMax = reader.ReadInt32(),
            WindowSumMax = reader.ReadInt32(),
            SessionBytesMax = reader.ReadInt32(),
            BytesMax = reader.ReadInt32(),
        };
        StateReader.Require(written == this, $"it was made under {written}, and this replica has {this}");
    }
}
