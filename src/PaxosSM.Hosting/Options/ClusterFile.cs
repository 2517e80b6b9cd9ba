using System.Text.Json;

namespace PaxosSM.Hosting;

/// <summary>The configuration file that all members share: cluster, members, options.</summary>
/// <remarks>
/// <c>{"cluster": "demo", "members": [{"id": "a", "address": "10.0.0.1:7001", "roles": ["acceptor"]}], "options":
/// {"electionTimeout": "600ms"}}</c>.
/// Roles and options may be left out. Comments and trailing commas are borne; unknown names are not.
/// </remarks>
public static class ClusterFile
{
    private static readonly JsonDocumentOptions Lenient =
        new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a file into <paramref name="options"/>.</summary>
    /// <exception cref="PaxosConfigurationException">It can't be read, or says something unknown.</exception>
    public static void Load(string path, PaxosOptions options)
    {
        try
        {
            Read(File.ReadAllText(path), options);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or PaxosConfigurationException)
        {
            throw new PaxosConfigurationException($"cluster file '{path}': {exception.Message}", exception);
        }
    }

    /// <summary>Reads a file's text into <paramref name="options"/>.</summary>
    /// <exception cref="PaxosConfigurationException">It is not JSON, or says something unknown.</exception>
    public static void Read(string text, PaxosOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            foreach (var property in ObjectOf(document.RootElement, "the file"))
            {
                ReadPart(property.Name, property.Value, options);
            }
        }
        catch (JsonException exception)
        {
            throw new PaxosConfigurationException($"not JSON: {exception.Message}", exception);
        }
    }

    private static void ReadPart(string name, JsonElement value, PaxosOptions options)
    {
        switch (name)
        {
            case "cluster":
                options.Cluster = TextOf(value, "'cluster'");
                break;
            case "members" when value.ValueKind == JsonValueKind.Array:
                options.Members.Clear();
                foreach (var member in value.EnumerateArray())
                {
                    options.Members.Add(ReadMember(member, $"member {options.Members.Count + 1}"));
                }

                break;
            case "options":
                foreach (var setting in ObjectOf(value, "'options'"))
                {
                    PaxosSettings.Apply(options, setting.Name, TextOf(setting.Value, $"option '{setting.Name}'"));
                }

                break;
            default:
                throw new PaxosConfigurationException(
                    $"'{name}' is unknown, or of the wrong kind: cluster is a text, members a list, options an object");
        }
    }

    private static MemberOptions ReadMember(JsonElement member, string place)
    {
        var (id, address, roles, joins) = (string.Empty, string.Empty, MemberRoles.All, false);
        foreach (var property in ObjectOf(member, place))
        {
            switch (property.Name)
            {
                case "id":
                    id = TextOf(property.Value, $"{place}: 'id'");
                    break;
                case "address":
                    address = TextOf(property.Value, $"{place}: 'address'");
                    break;
                case "roles" when property.Value.ValueKind == JsonValueKind.Array:
                    roles = MemberRolesText.Read(
                        property.Value.EnumerateArray().Select(role => TextOf(role, $"{place}: a role")));
                    break;
                case "joins" when property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    joins = property.Value.GetBoolean();
                    break;
                default:
                    throw new PaxosConfigurationException(
                        $"{place}: '{property.Name}' is unknown, or of the wrong kind; "
                        + "a member has id, address, a list of roles, and whether it joins later");
            }
        }

        return new(id, address, roles, joins);
    }

    private static JsonElement.ObjectEnumerator ObjectOf(JsonElement element, string place) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject()
            : throw new PaxosConfigurationException($"{place} must be an object, not {element.ValueKind}");

    private static string TextOf(JsonElement element, string place) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() ?? string.Empty,
        JsonValueKind.Number => element.GetRawText(),
        _ => throw new PaxosConfigurationException($"{place} must be a text or a number, not {element.ValueKind}"),
    };
}
