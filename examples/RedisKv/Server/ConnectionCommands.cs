using PaxosSM.RedisKv.Commands;
using PaxosSM.RedisKv.Machine;

namespace PaxosSM.RedisKv.Server;

/// <summary>Commands that concern the connection.</summary>
internal static class ConnectionCommands
{
    private const CommandFlags Plain = CommandFlags.Connection | CommandFlags.Fast;
    private const CommandFlags Alone = CommandFlags.Connection | CommandFlags.NoMulti;

    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("ping", -1, Plain, KeyPositions.None, "Answers.") { Connection = Ping, Machine = PlainCommands.Ping },
        new("echo", 2, Plain, KeyPositions.None, "Answers with its argument.")
        { Connection = Echo, Machine = PlainCommands.Echo },
        new("select", 2, Alone, KeyPositions.None, "Chooses the database; there is one.") { Connection = Select },
        new("auth", -2, Alone, KeyPositions.None, "Refused: there is no password.") { Connection = Auth },
        new("hello", -1, Alone, KeyPositions.None, "Agrees on RESP2.") { Connection = Hello },
        new("quit", -1, Plain | CommandFlags.NotQueued, KeyPositions.None, "Closes the connection.")
        { Connection = Quit },
        new("reset", 1, Plain | CommandFlags.NotQueued, KeyPositions.None, "Forgets the connection's state.")
        { Connection = Reset },
        new("client", -2, Alone, KeyPositions.None, "Names and lists clients.") { Connection = Client },
    ];

    private static void Ping(in ConnectionCall call)
    {
        if (call.Count > 2)
        {
            RedisErrors.WriteWrongArity(call.Reply, "ping");
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

    private static void Echo(in ConnectionCall call) => call.Reply.Bulk(call[1]);

    private static void Select(in ConnectionCall call)
    {
        if (!RedisNumber.TryParse(call[1], out var database))
        {
            call.Reply.Error(RedisErrors.NotInteger);
        }
        else if (database != 0)
        {
            call.Error("ERR DB index is out of range");
        }
        else
        {
            call.Reply.Ok();
        }
    }

    private static void Auth(in ConnectionCall call)
    {
        if (call.Count > 3)
        {
            call.Reply.Error(RedisErrors.Syntax);
            return;
        }

        call.Error("ERR AUTH <password> called without any password configured for the default user. "
            + "Are you sure your configuration is correct?");
    }

    private static void Hello(in ConnectionCall call)
    {
        if (call.Count > 1 && !RedisNumber.TryParse(call[1], out var version))
        {
            call.Error("ERR Protocol version is not an integer or out of range");
            return;
        }
        else if (call.Count > 1 && !call.Is(1, "2"u8))
        {
            call.Error("NOPROTO unsupported protocol version");
            return;
        }

        for (var index = 2; index < call.Count; index += 2)
        {
            if (call.Is(index, "AUTH"u8))
            {
                Auth(call);
                return;
            }

            if (!call.Is(index, "SETNAME"u8) || index + 1 == call.Count)
            {
                call.Error($"ERR Syntax error in HELLO option '{RedisErrors.Shown(call[index])}'");
                return;
            }

            call.Client.Name = call.Text(index + 1);
        }

        WriteHello(call);
    }

    private static void WriteHello(in ConnectionCall call)
    {
        call.Reply.Array(14);
        call.Bulk("server");
        call.Bulk("redis");
        call.Bulk("version");
        call.Bulk(ServerCommands.RedisVersion);
        call.Bulk("proto");
        call.Reply.Integer(2);
        call.Bulk("id");
        call.Reply.Integer(call.Client.Id);
        call.Bulk("mode");
        call.Bulk("standalone");
        call.Bulk("role");
        call.Bulk("master");
        call.Bulk("modules");
        call.Reply.Array(0);
    }

    private static void Quit(in ConnectionCall call)
    {
        call.Client.Closing = true;
        call.Reply.Ok();
    }

    private static void Reset(in ConnectionCall call)
    {
        call.Client.Transaction.Clear();
        call.Client.Name = string.Empty;
        call.Reply.Simple("RESET"u8);
    }

    private static void Client(in ConnectionCall call)
    {
        if (call.Is(1, "SETNAME"u8) && call.Count == 3)
        {
            SetName(call);
        }
        else if (call.Is(1, "GETNAME"u8) && call.Count == 2)
        {
            call.Bulk(call.Client.Name);
        }
        else if (call.Is(1, "ID"u8) && call.Count == 2)
        {
            call.Reply.Integer(call.Client.Id);
        }
        else if ((call.Is(1, "SETINFO"u8) && call.Count == 4) || (call.Is(1, "NO-EVICT"u8) && call.Count == 3))
        {
            call.Reply.Ok();
        }
        else if (call.Is(1, "INFO"u8) && call.Count == 2)
        {
            call.Bulk(Describe(call.Client));
        }
        else if (call.Is(1, "LIST"u8))
        {
            call.Bulk(string.Concat(call.Client.Server.Clients.Values.OrderBy(client => client.Id).Select(Describe)));
        }
        else
        {
            call.UnknownSubcommand("CLIENT");
        }
    }

    private static void SetName(in ConnectionCall call)
    {
        if (call[2].ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            call.Error("ERR Client names cannot contain spaces, newlines or special characters.");
            return;
        }

        call.Client.Name = call.Text(2);
        call.Reply.Ok();
    }

    private static string Describe(ClientSession client) =>
        $"id={client.Id} addr={client.RemoteAddress} name={client.Name} db=0 resp=2\n";
}
