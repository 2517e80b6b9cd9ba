using PaxosSM.RedisKv.Commands;
using PaxosSM.RedisKv.Machine;

namespace PaxosSM.RedisKv.Server;

/// <summary>Commands about the server.</summary>
internal static class ServerCommands
{
    /// <summary>The version of Redis whose commands these are; client libraries choose by it what they use.</summary>
    public const string RedisVersion = "7.0.0";

    private const CommandFlags Alone = CommandFlags.Connection | CommandFlags.NoMulti;

    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("command", -1, Alone, KeyPositions.None, "Tells about the commands.") { Connection = Command },
        new("config", -2, Alone, KeyPositions.None, "Tells a few settings.") { Connection = Config },
    ];

    private static void Command(in ConnectionCall call)
    {
        if (call.Count == 1)
        {
            WriteAll(call, CommandTable.All);
        }
        else if (call.Is(1, "COUNT"u8) && call.Count == 2)
        {
            call.Reply.Integer(CommandTable.All.Count);
        }
        else if (call.Is(1, "DOCS"u8))
        {
            WriteDocs(call, [.. Named(call).OfType<CommandSpec>()]);
        }
        else if (call.Is(1, "INFO"u8))
        {
            WriteAll(call, Named(call));
        }
        else if (call.Is(1, "LIST"u8) && call.Count == 2)
        {
            call.Reply.Array(CommandTable.All.Count);
            foreach (var spec in CommandTable.All)
            {
                call.Reply.Bulk(spec.NameBytes);
            }
        }
        else
        {
            call.UnknownSubcommand("COMMAND");
        }
    }

    private static IReadOnlyList<CommandSpec?> Named(in ConnectionCall call)
    {
        if (call.Count == 2)
        {
            return CommandTable.All;
        }

        var specs = new List<CommandSpec?>();
        for (var index = 2; index < call.Count; index++)
        {
            specs.Add(CommandTable.Find(call[index]));
        }

        return specs;
    }

    private static void WriteAll(in ConnectionCall call, IReadOnlyList<CommandSpec?> specs)
    {
        call.Reply.Array(specs.Count);
        foreach (var spec in specs)
        {
            if (spec is null)
            {
                call.Reply.NullArray();
            }
            else
            {
                WriteSpec(call, spec);
            }
        }
    }

    private static void WriteSpec(in ConnectionCall call, CommandSpec spec)
    {
        const int EmptyLists = 4; // categories, tips, key specifications, subcommands
        call.Reply.Array(6 + EmptyLists);
        call.Reply.Bulk(spec.NameBytes);
        call.Reply.Integer(spec.Arity);
        var fast = (spec.Flags & CommandFlags.Fast) != 0;
        call.Reply.Array(fast ? 2 : 1);
        call.Reply.Simple(spec.IsWrite ? "write"u8 : spec.IsRead ? "readonly"u8 : "loading"u8);
        if (fast)
        {
            call.Reply.Simple("fast"u8);
        }

        call.Reply.Integer(spec.Keys.First);
        call.Reply.Integer(spec.Keys.Last);
        call.Reply.Integer(spec.Keys.Step);
        for (var list = 0; list < EmptyLists; list++)
        {
            call.Reply.Array(0);
        }
    }

    private static void WriteDocs(in ConnectionCall call, List<CommandSpec> specs)
    {
        call.Reply.Array(specs.Count * 2);
        foreach (var spec in specs)
        {
            call.Reply.Bulk(spec.NameBytes);
            call.Reply.Array(2);
            call.Bulk("summary");
            call.Bulk(spec.Summary);
        }
    }

    private static void Config(in ConnectionCall call)
    {
        if (!call.Is(1, "GET"u8) || call.Count < 3)
        {
            call.UnknownSubcommand("CONFIG");
            return;
        }

        var settings = new List<(string Name, string Value)>();
        foreach (var setting in Settings(call.Client.Server))
        {
            for (var index = 2; index < call.Count; index++)
            {
                if (GlobPattern.Matches(call[index], System.Text.Encoding.ASCII.GetBytes(setting.Name)))
                {
                    settings.Add(setting);
                    break;
                }
            }
        }

        call.Reply.Array(settings.Count * 2);
        foreach (var (name, value) in settings)
        {
            call.Bulk(name);
            call.Bulk(value);
        }
    }

    private static IEnumerable<(string Name, string Value)> Settings(ServerState server) =>
    [
        ("appendonly", "yes"),
        ("databases", "1"),
        ("maxclients", $"{server.Options.ConnectionsMax}"),
        ("maxmemory", "0"),
        ("proto-max-bulk-len", $"{server.Options.Limits.BulkBytesMax}"),
        ("save", string.Empty),
        ("timeout", "0"),
    ];
}
