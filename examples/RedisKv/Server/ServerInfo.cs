using System.Globalization;
using System.Text;
using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Server;

/// <summary>The server's part of INFO; the state machine adds the keys.</summary>
internal static class ServerInfo
{
    private static readonly string[] Wide = ["all", "default", "everything"];

    /// <summary>Makes of INFO, as a client sends it, what the state machine expects.</summary>
    public static RespCommand Rewrite(RespCommand info, ServerState server)
    {
        var text = new StringBuilder();
        if (Wants(info, "server"))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""
                # Server
                redis_version:{ServerCommands.RedisVersion}
                redis_mode:standalone
                os:{Environment.OSVersion}
                arch_bits:64
                process_id:{Environment.ProcessId}
                tcp_port:{server.Port}
                uptime_in_seconds:{(long)server.Uptime.TotalSeconds}


                """);
        }

        if (Wants(info, "clients"))
        {
            text.Append(CultureInfo.InvariantCulture, $"# Clients\nconnected_clients:{server.Clients.Count}\n\n");
        }

        var lines = text.ToString().ReplaceLineEndings("\r\n");
        var backend = Wants(info, "paxos") && server.Options.DescribeBackend is { } describe
            ? describe() + "\r\n"
            : string.Empty;
        var keyspace = Wants(info, "keyspace");
        var command = new RespCommand();
        command.Begin(keyspace ? 3 : 2);
        command.Add("INFO"u8);
        command.Add(Encoding.UTF8.GetBytes(lines + backend));
        if (keyspace)
        {
            command.Add("keyspace"u8);
        }

        return command;
    }

    /// <summary>Whether what <see cref="Rewrite"/> made asks for the keyspace, too.</summary>
    public static bool NeedsKeys(RespCommand info) => info.Count > 2;

    private static bool Wants(RespCommand info, string section)
    {
        for (var index = 1; index < info.Count; index++)
        {
            if (Wide.Append(section).Contains(Encoding.UTF8.GetString(info[index]), StringComparer.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return info.Count == 1;
    }
}
