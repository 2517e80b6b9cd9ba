using static PaxosSM.Hosting.SettingKinds;

namespace PaxosSM.Hosting;

/// <summary>The settings of log, transport, gateway and client by name.</summary>
internal static class NodeSettings
{
    public static IReadOnlyList<PaxosSetting> All { get; } =
    [
        Count(
            "logSegmentBytes",
            "a log segment's size",
            options => options.Log.SegmentBytes,
            (options, value) => options.Log = options.Log with { SegmentBytes = value }),
        Count(
            "logFirstSegmentBytes",
            "the first log segment's size",
            options => options.Log.FirstSegmentBytes,
            (options, value) => options.Log = options.Log with { FirstSegmentBytes = value }),
        Count(
            "logSpareSegments",
            "log segments kept to be used again",
            options => options.Log.SpareSegments,
            (options, value) => options.Log = options.Log with { SpareSegments = value }),
        Count(
            "logBlockBytes",
            "how much one write to the log gathers",
            options => options.Log.BlockBytes,
            (options, value) => options.Log = options.Log with { BlockBytes = value }),
        Count(
            "logBlockAlignmentBytes",
            "512, or 4096 for disks that write 4096 bytes at a time",
            options => options.Log.BlockAlignmentBytes,
            (options, value) => options.Log = options.Log with { BlockAlignmentBytes = value }),
        Duration(
            "logDiskFullRetry",
            "how long a full disk is left alone",
            options => options.Log.DiskFullRetry,
            (options, value) => options.Log = options.Log with { DiskFullRetry = value }),
        Count(
            "frameBytesMax",
            "how long a frame may be",
            options => options.Transport.FrameBytesMax,
            (options, value) => options.Transport = options.Transport with { FrameBytesMax = value }),
        Count(
            "peerBytesMax",
            "what may wait for one member, in bytes",
            options => options.Transport.PeerBytesMax,
            (options, value) => options.Transport = options.Transport with { PeerBytesMax = value }),
        Count(
            "clientBytesMax",
            "what may wait for one client, in bytes",
            options => options.Transport.ClientBytesMax,
            (options, value) => options.Transport = options.Transport with { ClientBytesMax = value }),
        Count(
            "clientsMax",
            "how many clients may be connected",
            options => options.Transport.ClientsMax,
            (options, value) => options.Transport = options.Transport with { ClientsMax = value }),
        Count(
            "strangersMax",
            "connections that have not said who they are",
            options => options.Transport.StrangersMax,
            (options, value) => options.Transport = options.Transport with { StrangersMax = value }),
        Duration(
            "connectTimeout",
            "how long a connection attempt may take",
            options => options.Transport.ConnectTimeout,
            (options, value) => options.Transport = options.Transport with { ConnectTimeout = value }),
        Duration(
            "helloTimeout",
            "how long the greeting may take",
            options => options.Transport.HelloTimeout,
            (options, value) => options.Transport = options.Transport with { HelloTimeout = value }),
        Duration(
            "stallMax",
            "how long a connection may stand still",
            options => options.Transport.StallMax,
            (options, value) => options.Transport = options.Transport with { StallMax = value }),
        Duration(
            "reconnectDelay",
            "the pause after the first failed attempt",
            options => options.Transport.ReconnectDelay,
            (options, value) => options.Transport = options.Transport with { ReconnectDelay = value }),
        Duration(
            "reconnectDelayMax",
            "the longest pause between attempts",
            options => options.Transport.ReconnectDelayMax,
            (options, value) => options.Transport = options.Transport with { ReconnectDelayMax = value }),
        Count(
            "submitBytesMax",
            "a client's largest submission",
            options => options.Gateway.SubmitBytesMax,
            (options, value) => options.Gateway = options.Gateway with { SubmitBytesMax = value }),
        Count(
            "commandBytesMax",
            "the largest command or query that the node takes",
            options => options.Gateway.CommandBytesMax,
            (options, value) => options.Gateway = options.Gateway with { CommandBytesMax = value }),
        Count(
            "answerBytesMax",
            "the largest result or answer that is sent to a client",
            options => options.Gateway.AnswerBytesMax,
            (options, value) => options.Gateway = options.Gateway with { AnswerBytesMax = value }),
        Count(
            "sessionsPerConnectionMax",
            "sessions of one connection",
            options => options.Gateway.SessionsPerConnectionMax,
            (options, value) => options.Gateway = options.Gateway with { SessionsPerConnectionMax = value }),
        Count(
            "queriesMax",
            "queries under way at the node",
            options => options.Gateway.QueriesMax,
            (options, value) => options.Gateway = options.Gateway with { QueriesMax = value }),
        Duration(
            "queryTimeoutMax",
            "how long a query may take at most",
            options => options.Gateway.QueryTimeoutMax,
            (options, value) => options.Gateway = options.Gateway with { QueryTimeoutMax = value }),
        Duration(
            "clientTimeout",
            "how long a call waits at most",
            options => options.Client.Timeout,
            (options, value) => options.Client = options.Client with { Timeout = value }),
        Duration(
            "clientResendInterval",
            "how long nothing is heard before a client sends again",
            options => options.Client.ResendInterval,
            (options, value) => options.Client = options.Client with { ResendInterval = value }),
        Duration(
            "clientMoveOnAfter",
            "how long a node may be of no use to a client",
            options => options.Client.MoveOnAfter,
            (options, value) => options.Client = options.Client with { MoveOnAfter = value }),
        Duration(
            "sessionTimeout",
            "how long, by the log's time, a session outlives its last sign of life",
            options => options.Client.SessionTimeout,
            (options, value) => options.Client = options.Client with { SessionTimeout = value }),
        Count(
            "clientWindowMax",
            "unanswered commands of a client",
            options => options.Client.WindowMax,
            (options, value) => options.Client = options.Client with { WindowMax = value }),
        Count(
            "clientStreamWindowMax",
            "unanswered commands of a stream",
            options => options.Client.StreamWindowMax,
            (options, value) => options.Client = options.Client with { StreamWindowMax = value }),
        Count(
            "clientQueriesMax",
            "unanswered queries of a client",
            options => options.Client.QueriesMax,
            (options, value) => options.Client = options.Client with { QueriesMax = value }),
    ];
}
