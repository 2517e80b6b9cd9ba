using System.Globalization;

namespace PaxosSM.Hosting;

/// <summary>An administration's command in words, as it travels and as people write it.</summary>
/// <remarks>
/// <c>status</c>; <c>wedge</c>, <c>unwedge</c>, each with <c>expected:EPOCH</c> if wished; <c>transfer to:NAME</c>,
/// <c>drain node:NAME</c>, <c>undrain node:NAME</c>; each of these with <c>timeout:SECONDS</c> if wished;
/// <c>change</c> followed by any of <c>add:NUMBER,NAME,ADDRESS,ROLES</c>, <c>remove:NAME</c>,
/// <c>rule:majority</c>, <c>rule:flexible,Q1,Q2</c>, <c>rule:grid,ROWS,COLUMNS</c>, <c>deal:POLICY</c>,
/// <c>expected:EPOCH</c>, <c>timeout:SECONDS</c>, <c>force</c>. Roles are joined by a plus.
/// </remarks>
public sealed record AdminCommand
{
    /// <summary>The change; null for something else.</summary>
    public MembershipChange? Change { get; init; }

    /// <summary>Who shall lead; null for something else.</summary>
    public string? TransferTo { get; init; }

    /// <summary>The node that is to be drained, or taken back; null for something else.</summary>
    public string? Node { get; init; }

    /// <summary>Whether <see cref="Node"/> is to be drained.</summary>
    public bool Drains { get; init; }

    /// <summary>Whether the group is to be wedged for maintenance, or unwedged; null for something else.</summary>
    public bool? Wedges { get; init; }

    /// <summary>The epoch that <see cref="Wedges"/> means; null for the present one.</summary>
    public Epoch? Expected { get; init; }

    /// <summary>How long it may wait. Default 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Reads a command.</summary>
    /// <exception cref="FormatException">It is none; the message says what is wrong.</exception>
    public static AdminCommand Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["status"])
        {
            return new();
        }

        if (words.Length == 0 || New(words[0], words.Length > 1 ? words[1].Split(':', 2) : []) is not { } command)
        {
            throw new FormatException(
                $"'{text}' is no command: status, wedge, unwedge, transfer to:NAME, drain node:NAME, "
                + "undrain node:NAME, or change and what to change");
        }

        foreach (var word in command is { Change: null, Wedges: null } ? words[2..] : words[1..])
        {
            command = command.With(word);
        }

        return command;
    }

    /// <summary>The word that adds a node.</summary>
    public static string Add(ushort number, string name, string address, MemberRoles roles) =>
        string.Create(CultureInfo.InvariantCulture, $"add:{number},{name},{address},{TextOf(roles)}");

    private static string TextOf(MemberRoles roles) =>
        roles.ToString().Replace(", ", "+", StringComparison.Ordinal).ToLowerInvariant();

    private static AdminCommand? New(string verb, string[] first) => (verb, first) switch
    {
        ("change", [_, ..]) => new() { Change = new() },
        ("wedge" or "unwedge", _) => new() { Wedges = verb == "wedge" },
        ("transfer", ["to", { Length: > 0 } name]) => new() { TransferTo = name },
        ("drain" or "undrain", ["node", { Length: > 0 } name]) => new() { Node = name, Drains = verb == "drain" },
        _ => null,
    };

    private AdminCommand With(string word)
    {
        if (Change is not { } change)
        {
            return word.Split(':') switch
            {
                ["timeout", var time] => this with { Timeout = TimeSpan.FromSeconds(Number(time)) },
                ["expected", var meant] when Wedges is not null => this with { Expected = new((uint)Number(meant)) },
                _ => throw new FormatException($"'{word}' is known for changes only"),
            };
        }

        var parts = word.Split(':', 2);
        var values = parts.Length == 2 ? parts[1].Split(',') : [];
        return (parts[0], values) switch
        {
            ("add", [var number, var name, var address, var roles]) =>
                this with { Change = change with { Add = [.. change.Add, NewMember(number, name, address, roles)] } },
            ("remove", [var name]) => this with { Change = change with { Remove = [.. change.Remove, name] } },
            ("rule", _) when parts.Length == 2 =>
                this with { Change = change with { Rule = QuorumRuleText.Read(parts[1]) } },
            ("deal", [var deal]) => this with { Change = change with { Deal = DealText.Read(deal) } },
            ("expected", [var epoch]) => this with { Change = change with { Expected = new((uint)Number(epoch)) } },
            ("timeout", [var seconds]) => this with { Timeout = TimeSpan.FromSeconds(Number(seconds)) },
            ("force", []) => this with { Change = change with { Force = true } },
            _ => throw new FormatException($"'{word}' is no change that is known here"),
        };
    }

    private static Member NewMember(string number, string name, string address, string roles)
    {
        try
        {
            var read = roles.Equals("all", StringComparison.OrdinalIgnoreCase)
                ? MemberRoles.All
                : MemberRolesText.Read(roles.Split('+'));
            return new(new((ushort)Number(number)), name, address, read, StorageId.None);
        }
        catch (PaxosConfigurationException wrong)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }

    private static int Number(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is no number up to {ushort.MaxValue}");
}
