using Microsoft.Extensions.Logging;

namespace PaxosSM.Transport.Tcp;

internal static partial class TransportLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {EndPoint}")]
    public static partial void Listening(this ILogger logger, string endPoint);

    [LoggerMessage(2, LogLevel.Information, "Connected to {Peer}: {Identity}")]
    public static partial void Connected(this ILogger logger, string peer, string identity);

    [LoggerMessage(3, LogLevel.Warning, "No connection to {Peer}: {Reason}")]
    public static partial void Unreachable(this ILogger logger, string peer, string reason);

    [LoggerMessage(4, LogLevel.Information, "{Peer} connected from {Remote}")]
    public static partial void MemberArrived(this ILogger logger, string peer, string remote);

    [LoggerMessage(5, LogLevel.Information, "{Peer} from {Remote} is gone: {Reason}")]
    public static partial void MemberLeft(this ILogger logger, string peer, string remote, string reason);

    [LoggerMessage(
        6, LogLevel.Warning, "Connection from {Remote} refused: {Reason} ({Suppressed} more of late not shown)")]
    public static partial void Refused(this ILogger logger, string remote, string reason, long suppressed);

    [LoggerMessage(7, LogLevel.Debug, "Client from {Remote} is gone: {Reason}")]
    public static partial void ClientLeft(this ILogger logger, string remote, string reason);

    [LoggerMessage(8, LogLevel.Warning, "Accepting a connection failed: {Reason}")]
    public static partial void AcceptFailed(this ILogger logger, string reason);

    [LoggerMessage(9, LogLevel.Error, "A connection's loop failed; the connection is closed")]
    public static partial void Unexpected(this ILogger logger, Exception exception);
}
