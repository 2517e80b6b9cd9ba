using System.Text.Json;

namespace PaxosSM.RedisKv.CommandLine;

/// <summary>The configuration file that all replicas of a cluster share.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Members">The replicas.</param>
/// <param name="Options">Settings of the library, as they stand in the file; null when there are none.</param>
internal sealed record ClusterFile(string Cluster, IReadOnlyList<ClusterMember> Members, JsonElement? Options)
{
    private static readonly JsonDocumentOptions Lenient =
        new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandLineException">It cannot be read, or is not a cluster's description.</exception>
    public static ClusterFile Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or CommandLineException)
        {
            throw new CommandLineException($"configuration file '{path}': {exception.Message}", exception);
        }
    }

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="CommandLineException">It is not a cluster's description.</exception>
    public static ClusterFile Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return Parse(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new CommandLineException($"not JSON: {exception.Message}", exception);
        }
    }

    private static ClusterFile Parse(JsonElement root)
    {
        CheckObject(root, "the file", ["cluster", "members", "options"]);
        var cluster = RequiredText(root, "cluster", "the file");
        if (!root.TryGetProperty("members", out var list)
            || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw new CommandLineException("'members' must be a list of at least one member");
        }

        List<ClusterMember> members = [.. list.EnumerateArray().Select(ParseMember)];
        CheckMembers(members);
        JsonElement? options = null;
        if (root.TryGetProperty("options", out var given))
        {
            CheckObject(given, "'options'", null);
            options = given.Clone();
        }

        return new(cluster, members, options);
    }

    private static ClusterMember ParseMember(JsonElement member, int index)
    {
        var place = $"member {index + 1}";
        CheckObject(member, place, ["id", "address", "roles"]);
        var id = RequiredText(member, "id", place);
        var address = RequiredText(member, "address", place);
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(address.AsSpan(colon + 1), out var port) || port is < 1 or > 65535)
        {
            throw new CommandLineException($"{place} ('{id}'): 'address' must be HOST:PORT, not '{address}'");
        }

        return new(id, address[..colon].Trim('[', ']'), port, ParseRoles(member, $"{place} ('{id}')"));
    }

    private static MemberRoles ParseRoles(JsonElement member, string place)
    {
        if (!member.TryGetProperty("roles", out var list))
        {
            return MemberRoles.All;
        }

        var roles = MemberRoles.None;
        var names = list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(Text) : [];
        foreach (var name in names)
        {
            roles |= name switch
            {
                "proposer" => MemberRoles.Proposer,
                "acceptor" => MemberRoles.Acceptor,
                "learner" => MemberRoles.Learner,
                _ => throw new CommandLineException(
                    $"{place}: unknown role '{name}'; roles are proposer, acceptor, learner"),
            };
        }

        return roles != MemberRoles.None
            ? roles
            : throw new CommandLineException($"{place}: 'roles' must be a list of roles");
    }

    private static void CheckMembers(List<ClusterMember> members)
    {
        var twice = members.GroupBy(member => member.Id).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twice is not null)
        {
            throw new CommandLineException($"two members have the id '{twice}'");
        }

        var address =
            members.GroupBy(member => (member.Host, member.Port)).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (address is { } shared)
        {
            throw new CommandLineException($"two members have the address '{shared.Host}:{shared.Port}'");
        }

        foreach (var role in (MemberRoles[])[MemberRoles.Proposer, MemberRoles.Acceptor])
        {
            if (!members.Exists(member => (member.Roles & role) != 0))
            {
                throw new CommandLineException(
                    $"no member is {role.ToString().ToLowerInvariant()}; nothing could ever be chosen");
            }
        }
    }

    private static void CheckObject(JsonElement element, string place, string[]? names)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new CommandLineException($"{place} must be an object, not {element.ValueKind}");
        }

        foreach (var property in names is null ? [] : element.EnumerateObject().Select(property => property.Name))
        {
            if (!names!.Contains(property)) // with names null there is nothing to enumerate
            {
                throw new CommandLineException(
                    $"{place} has an unknown property '{property}'; it may have {string.Join(", ", names!)}");
            }
        }
    }

    private static string RequiredText(JsonElement element, string name, string place) =>
        element.TryGetProperty(name, out var value) && Text(value) is { Length: > 0 } text
            ? text
            : throw new CommandLineException($"{place} needs '{name}', a text");

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() ?? string.Empty : string.Empty;
}
