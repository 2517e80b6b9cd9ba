using System.Net;
using Microsoft.Extensions.Logging;

namespace PaxosSM.RedisKv.Server;

/// <summary>What the server logs.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Information, "Redis clients are served on {EndPoint}")]
    public static partial void Listening(ILogger logger, EndPoint endPoint);

    [LoggerMessage(2, LogLevel.Warning, "Client {Client} refused: {Max} connections are open")]
    public static partial void TooManyConnections(ILogger logger, EndPoint? client, int max);

    [LoggerMessage(3, LogLevel.Information, "Client {Client} from {Address} closed: {Error}")]
    public static partial void ProtocolError(ILogger logger, long client, string address, string error);

    [LoggerMessage(4, LogLevel.Debug, "Client {Client} from {Address} lost: {Reason}")]
    public static partial void ConnectionLost(ILogger logger, long client, string address, string reason);

    [LoggerMessage(5, LogLevel.Error, "Client {Client} from {Address} closed by a bug")]
    public static partial void ConnectionFailed(ILogger logger, long client, string address, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "A command failed unexpectedly")]
    public static partial void CommandFailed(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "Accepting a connection failed: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Information, "Session {Session} has expired; later commands go by a new one")]
    public static partial void SessionExpired(ILogger logger, SessionId session);
}
