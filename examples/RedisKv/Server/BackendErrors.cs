using System.Text;

namespace PaxosSM.RedisKv.Server;

/// <summary>Words the cluster's errors as Redis words its own: a code, then a text.</summary>
internal static class BackendErrors
{
    /// <summary>The error's text for a command.</summary>
    public static byte[] Describe(PaxosException exception)
    {
        var open = exception.OutcomeUnknown
            ? " (outcome unknown: a write may have been applied, or may yet be)"
            : string.Empty;
        return Encoding.UTF8.GetBytes($"{CodeOf(exception.Error)} {exception.Message}{open}");
    }

    /// <summary>The error's text for a failure that nobody expected.</summary>
    public static byte[] Unexpected() => "ERR internal error (outcome unknown); see the server's log"u8.ToArray();

    private static string CodeOf(PaxosError error) => error switch
    {
        PaxosError.Busy => "BUSY",
        PaxosError.Timeout => "TIMEOUT",
        PaxosError.NotLeader => "NOTLEADER",
        PaxosError.TooOld => "STALE",
        PaxosError.Stopped => "STOPPED",
        PaxosError.SessionExpired or PaxosError.SessionGap or PaxosError.SessionStale => "SESSIONLOST",
        PaxosError.Unknown => "UNKNOWN",
        PaxosError.Wedged => "READONLY",
        _ => "ERR",
    };
}
