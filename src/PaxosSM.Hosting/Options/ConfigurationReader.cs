using Microsoft.Extensions.Configuration;

namespace PaxosSM.Hosting;

/// <summary>Reads a section of an application's configuration: as a cluster file, and <c>self</c> and <c>data</c>
/// beside.</summary>
internal static class ConfigurationReader
{
    /// <exception cref="PaxosConfigurationException">The section says something unknown.</exception>
    public static void Read(IConfiguration section, PaxosOptions options)
    {
        foreach (var part in section.GetChildren())
        {
            switch (part.Key.ToUpperInvariant())
            {
                case "CLUSTER":
                    options.Cluster = part.Value ?? string.Empty;
                    break;
                case "SELF":
                    options.Self = part.Value ?? string.Empty;
                    break;
                case "DATA":
                    options.Data = part.Value ?? string.Empty;
                    break;
                case "FILE":
                    ClusterFile.Load(part.Value ?? string.Empty, options);
                    break;
                case "MEMBERS":
                    ReadMembers(part, options);
                    break;
                case "OPTIONS":
                    foreach (var setting in part.GetChildren())
                    {
                        PaxosSettings.Apply(options, setting.Key, setting.Value ?? string.Empty);
                    }

                    break;
                default:
                    throw new PaxosConfigurationException(
                        $"'{part.Path}' is unknown: there are cluster, self, data, file, members and options");
            }
        }
    }

    private static void ReadMembers(IConfigurationSection members, PaxosOptions options)
    {
        options.Members.Clear();
        foreach (var member in members.GetChildren())
        {
            var roles = member.GetSection("roles").GetChildren().Select(role => role.Value ?? string.Empty).ToList();
            options.Members.Add(new(
                member["id"] ?? string.Empty,
                member["address"] ?? string.Empty,
                roles.Count == 0 ? MemberRoles.All : MemberRolesText.Read(roles),
                bool.TryParse(member["joins"], out var joins) && joins));
        }
    }
}
