namespace PaxosSM.Hosting;

/// <summary>One setting by name: what a cluster file's <c>options</c> and an <c>IConfiguration</c> can say.</summary>
/// <param name="Name">The name, as <c>electionTimeout</c>.</param>
/// <param name="Kind">What its text looks like, for messages.</param>
/// <param name="Help">What it does, with its unit and default.</param>
/// <param name="Apply">Reads the text into the options.</param>
/// <param name="Show">The setting as text, as it stands in some options.</param>
public sealed record PaxosSetting(
    string Name, string Kind, string Help, Action<PaxosOptions, string> Apply, Func<PaxosOptions, string> Show);
