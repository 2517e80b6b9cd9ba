using System.Text;
using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Commands that need no keys, and may stand in a transaction, where their reply has a place among the
/// others.</summary>
internal static class PlainCommands
{
    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("info", -1, CommandFlags.Read, KeyPositions.None, "Tells about the server and its keys.")
        { Machine = Info },
    ];

    /// <summary>PING inside of a transaction.</summary>
    public static void Ping(in MachineCall call)
    {
        if (call.Count > 2)
        {
            call.WrongArity("ping");
        }
        else if (call.Count == 2)
        {
            call.Reply.Bulk(call[1]);
        }
        else
        {
            call.Reply.Simple("PONG"u8);
        }
    }

    /// <summary>ECHO inside of a transaction.</summary>
    public static void Echo(in MachineCall call) => call.Reply.Bulk(call[1]);

    // The server puts its own sections in as the first argument, and a second one when the keyspace is wanted too.
    private static void Info(in MachineCall call)
    {
        var text = call.Count > 1 ? Encoding.UTF8.GetString(call[1]) : string.Empty;
        if (call.Count > 2)
        {
            var keys = call.Keys.CountAt(call.Now);
            var line = keys == 0 ? string.Empty : $"db0:keys={keys},expires={call.Keys.ExpiringCount},avg_ttl=0\r\n";
            text = $"{text}# Keyspace\r\n{line}";
        }

        call.Reply.Bulk(Encoding.UTF8.GetBytes(text));
    }
}
