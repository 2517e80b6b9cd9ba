namespace PaxosSM.Benchmarks;

/// <summary>The systems that can be compared.</summary>
internal static class Systems
{
    public const string Ours = "paxossm";
    public const string OursCold = "paxossm-cold";
    public const string Floor = "roofline";

    /// <summary>This program's own settings, made for PaxosSM, are not another's: the default, in the runtime's
    /// hexadecimal.</summary>
    public static IReadOnlyDictionary<string, string> RuntimeDefaults { get; } = new Dictionary<string, string>
    {
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "46",
        ["DOTNET_TieredPGO"] = "1",
        ["DOTNET_TC_CallCountingDelayMs"] = "64",
        ["DOTNET_GCRetainVM"] = "0",
    };

    public static IReadOnlyList<ComparedSystem> All { get; } =
    [
        new HostedSystem(Floor, "roofline", new Dictionary<string, string>()),
        new HostedSystem(Ours, "PaxosSM", new Dictionary<string, string>()),
        new HostedSystem(OursCold, "PaxosSM, not warmed up", new Dictionary<string, string>()),
        new HostedSystem("dotnext", "DotNext 6.12", RuntimeDefaults),
        new HostedSystem("dotnext-packed", "DotNext 6.12, packed by the application", RuntimeDefaults),
        new EtcdRaft(),
        new Etcd(),
    ];

    public static ComparedSystem Find(string name) => All.Single(system => system.Name == name);
}
