using static PaxosSM.Hosting.SettingKinds;

namespace PaxosSM.Hosting;

/// <summary>All settings that can be given by name and text; the names are matched whatever their case.</summary>
public static class PaxosSettings
{
    private static readonly Dictionary<string, PaxosSetting> ByName;

    static PaxosSettings()
    {
        All =
        [
            new(
                "durability",
                "Synced or Volatile",
                "what votes, and so acknowledgements, survive (R26)",
                (options, text) => options.Durability = DurabilityOf(text),
                options => options.Durability.ToString()),
            new(
                "quorumRule",
                "majority; flexible,PHASE1,PHASE2; or grid,ROWS,COLUMNS",
                "the first members' quorum rule, the same at each member; later epochs bring their own",
                (options, text) => options.QuorumRule = QuorumRuleText.Read(text),
                options => QuorumRuleText.Show(options.QuorumRule)),
            new(
                "listen",
                "host:port",
                "where to listen, when it is not the member's address",
                (options, text) => options.Listen = text,
                options => options.Listen),
            new(
                "trace",
                "folder",
                "where to write a trace of the protocol, a file for each start; nothing for none",
                (options, text) => options.Trace = text,
                options => options.Trace),
            new(
                "restore",
                "file",
                "a backup that a new cluster goes on from, the same at each member; nothing for none",
                (options, text) => options.Restore = text,
                options => options.Restore),
            Duration(
                "warmUp",
                "how long a start may practise on a cluster of its own, for the runtime to compile what will serve",
                options => options.WarmUp,
                (options, value) => options.WarmUp = value),
            LongCount(
                "snapshotSlotsMax",
                "slots applied that call for a snapshot",
                options => options.Snapshots.SlotsMax,
                (options, value) => options.Snapshots = options.Snapshots with { SlotsMax = value }),
            LongCount(
                "snapshotLogBytesMin",
                "bytes applied that call for a snapshot; a larger snapshot calls for more",
                options => options.Snapshots.LogBytesMin,
                (options, value) => options.Snapshots = options.Snapshots with { LogBytesMin = value }),
            LongCount(
                "snapshotLogBytesMax",
                "bytes applied that call for a snapshot however large the last one was",
                options => options.Snapshots.LogBytesMax,
                (options, value) => options.Snapshots = options.Snapshots with { LogBytesMax = value }),
            .. ProtocolSettings.All,
            .. NodeSettings.All,
            .. OutboxSettings.All,
        ];
        ByName = All.ToDictionary(setting => setting.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The settings, in the order of the reference.</summary>
    public static IReadOnlyList<PaxosSetting> All { get; }

    /// <summary>Sets one by name.</summary>
    /// <exception cref="PaxosConfigurationException">There is no such setting, or the text is not of its
    /// kind.</exception>
    public static void Apply(PaxosOptions options, string name, string text)
    {
        if (!ByName.TryGetValue(name, out var setting))
        {
            throw new PaxosConfigurationException(
                $"there is no option '{name}'; the options are {string.Join(", ", All.Select(each => each.Name))}");
        }

        try
        {
            setting.Apply(options, text);
        }
        catch (FormatException exception)
        {
            throw new PaxosConfigurationException($"option '{setting.Name}': {exception.Message}", exception);
        }
    }

    private static Durability DurabilityOf(string text) => text.ToUpperInvariant() switch
    {
        "SYNCED" => Durability.Synced,
        "VOLATILE" => Durability.Volatile,
        "MAPPED" => throw new FormatException("\"Mapped\" is not there yet; use Synced or Volatile"),
        _ => throw new FormatException($"\"{text}\" is neither Synced nor Volatile"),
    };
}
