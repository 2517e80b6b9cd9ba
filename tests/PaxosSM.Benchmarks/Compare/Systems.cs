namespace PaxosSM.Benchmarks;

/// <summary>A compared system.</summary>
/// <param name="Name">Its command in this program.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Environment">Settings of the runtime that its processes get.</param>
internal sealed record ComparedSystem(string Name, string Title, IReadOnlyDictionary<string, string> Environment);

/// <summary>The systems that can be compared.</summary>
internal static class Systems
{
    public const string Ours = "paxossm";
    public const string Floor = "roofline";

    // This program's own settings, made for PaxosSM, are not another's: the default, in the runtime's hexadecimal.
    private static readonly Dictionary<string, string> RuntimeDefaults = new()
    {
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "46",
        ["DOTNET_TieredPGO"] = "1",
        ["DOTNET_TC_CallCountingDelayMs"] = "64",
    };

    public static IReadOnlyList<ComparedSystem> All { get; } =
    [
        new(Floor, "roofline", new Dictionary<string, string>()),
        new(Ours, "PaxosSM", new Dictionary<string, string>()),
        new("dotnext", "DotNext 6.12", RuntimeDefaults),
        new("dotnext-packed", "DotNext 6.12, packed by the application", RuntimeDefaults),
    ];

    public static ComparedSystem Find(string name) => All.Single(system => system.Name == name);
}
