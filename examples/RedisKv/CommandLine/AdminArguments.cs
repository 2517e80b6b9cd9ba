using PaxosSM.Hosting;

namespace PaxosSM.RedisKv.CommandLine;

/// <summary>An administration's command line, understood.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Addresses">Where its members, as the file has them, are.</param>
/// <param name="Command">What is to be done, as it travels; empty for a backup.</param>
internal sealed record AdminArguments(string Cluster, IReadOnlyList<string> Addresses, string Command)
{
    private const string Usage =
        "admin --config FILE status | backup --to FILE | add ID... | remove ID... | replace OLD=NEW... | rule RULE "
        + "| deal POLICY | transfer --to ID | drain ID | undrain ID | wedge | unwedge";

    /// <summary>The file that a backup goes to; null for any other command.</summary>
    public string? BackupTo { get; private init; }

    /// <summary>Reads what follows <c>admin</c>.</summary>
    /// <exception cref="CommandLineException">It is not understood.</exception>
    public static AdminArguments Parse(IReadOnlyList<string> arguments)
    {
        List<string> words = [];
        List<string> options = [];
        PaxosOptions? file = null;
        string? to = null;
        for (var index = 0; index < arguments.Count; index++)
        {
            switch (arguments[index])
            {
                case "--config" when index + 1 < arguments.Count:
                    file = ArgumentParser.Load(arguments[++index]);
                    break;
                case "--to" when index + 1 < arguments.Count && words is ["transfer"]:
                    words.Add(arguments[++index]);
                    break;
                case "--expected" or "--timeout" when index + 1 < arguments.Count:
                    options.Add($"{arguments[index][2..]}:{arguments[++index]}");
                    break;
                case "--to" when index + 1 < arguments.Count:
                    to = arguments[++index];
                    break;
                case "--force":
                    options.Add("force");
                    break;
                default:
                    words.Add(arguments[index]);
                    break;
            }
        }

        if (file is null || words.Count == 0)
        {
            throw new CommandLineException($"usage: {Usage}");
        }

        if ((words is ["backup"] && options.Count == 0) != to is not null)
        {
            throw new CommandLineException($"backup needs --to FILE, and nothing else does; usage: {Usage}");
        }

        string[] addresses = [.. file.Members.Select(member => member.Address)];
        if (to is not null)
        {
            return new(file.Cluster, addresses, string.Empty) { BackupTo = to };
        }

        string[] given = [.. words.Skip(1)];
        IEnumerable<string> sent = (words[0], given) switch
        {
            ("status", []) => ["status"],
            ("wedge" or "unwedge", []) => [words[0], .. options],
            ("transfer", [var heir]) => ["transfer", $"to:{heir}", .. options],
            ("drain" or "undrain", [var id]) => [words[0], $"node:{id}", .. options],
            _ => ["change", .. Changes(words[0], given, file), .. options],
        };
        var command = string.Join(' ', sent);
        return new(file.Cluster, addresses, command);
    }

    private static IEnumerable<string> Changes(string verb, string[] given, PaxosOptions file) => (verb, given) switch
    {
        ("add", [_, ..]) => given.Select(id => Add(id, file)),
        ("remove", [_, ..]) => given.Select(id => $"remove:{id}"),
        ("replace", [_, ..]) => given.SelectMany(pair => Replace(pair, file)),
        ("rule" or "deal", [var value]) => [$"{verb}:{value}"],
        _ => throw new CommandLineException($"'{verb} {string.Join(' ', given)}' is not understood; usage: {Usage}"),
    };

    private static IEnumerable<string> Replace(string pair, PaxosOptions file) => pair.Split('=') switch
    {
        [var old, var id] => [$"remove:{old}", Add(id, file)],
        _ => throw new CommandLineException($"'{pair}' should be OLD=NEW"),
    };

    // A node's number is its place in the file: files grow at their end only.
    private static string Add(string id, PaxosOptions file)
    {
        for (ushort place = 0; place < file.Members.Count; place++)
        {
            if (file.Members[place].Id == id)
            {
                return AdminCommand.Add(place, id, file.Members[place].Address, file.Members[place].Roles);
            }
        }

        throw new CommandLineException($"{id} is not in the file: add it at the end, with \"joins\": true");
    }
}
