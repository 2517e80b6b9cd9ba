using System.Globalization;

namespace PaxosSM.Testing.Simulation;

/// <summary>What a value of a fault means.</summary>
internal enum FaultFieldKind
{
    /// <summary>A node that suffers or plays a part.</summary>
    Node,

    /// <summary>A stretch of time, or a distance in it.</summary>
    Span,

    /// <summary>How many, or how many times.</summary>
    Count,

    /// <summary>Yes or no.</summary>
    Flag,

    /// <summary>Chance.</summary>
    Chance,

    /// <summary>Directions between nodes.</summary>
    Links,

    /// <summary>Some nodes.</summary>
    Nodes,
}

/// <summary>One value of a kind of fault.</summary>
/// <param name="Name">Its name in scripts.</param>
/// <param name="Kind">What it means.</param>
/// <param name="Place">Its place among the values.</param>
internal sealed record FaultField(string Name, FaultFieldKind Kind, int Place)
{
    public static FaultField Of(string name, Type type, int place) =>
        new(ScriptText.Kebab(name), KindOf(name, type), place);

    /// <summary>How a script says it; empty for a flag that is not set.</summary>
    public string Show(object value) => Kind switch
    {
        FaultFieldKind.Flag => (bool)value ? Name : string.Empty,
        FaultFieldKind.Node => $"{Name}={ScriptText.ShowNode((int)value)}",
        FaultFieldKind.Links => $"{Name}={string.Join(',', ((IReadOnlyList<DirectedLink>)value).Select(Show))}",
        FaultFieldKind.Nodes => $"{Name}={string.Join(',', ((IReadOnlyList<int>)value).Select(ScriptText.ShowNode))}",
        _ => $"{Name}={ScriptText.Show(value)}",
    };

    /// <exception cref="FormatException">The text is no such value.</exception>
    public object Read(string text) => Kind switch
    {
        FaultFieldKind.Node => ScriptText.Node(text),
        FaultFieldKind.Span => ScriptText.Span(text),
        FaultFieldKind.Count => ScriptText.Read(typeof(int), text),
        FaultFieldKind.Chance => ScriptText.Read(typeof(ulong), text),
        FaultFieldKind.Links => text.Split(',').Select(ReadLink).ToArray(),
        FaultFieldKind.Nodes => text.Split(',').Select(ScriptText.Node).ToArray(),
        _ => throw new FormatException($"\"{Name}\" stands alone, without a value"),
    };

    private static string Show(DirectedLink link) =>
        string.Create(CultureInfo.InvariantCulture, $"{ScriptText.ShowNode(link.From)}>{ScriptText.ShowNode(link.To)}");

    private static DirectedLink ReadLink(string text) => text.Split('>') is [var from, var to]
        ? new(ScriptText.Node(from), ScriptText.Node(to))
        : throw new FormatException($"\"{text}\" is no direction like n0>n1");

    private static FaultFieldKind KindOf(string name, Type type) => type switch
    {
        _ when type == typeof(int) && name is nameof(Crash.Node) or nameof(ClonedDisk.Source) => FaultFieldKind.Node,
        _ when type == typeof(int) => FaultFieldKind.Count,
        _ when type == typeof(TimeSpan) => FaultFieldKind.Span,
        _ when type == typeof(bool) => FaultFieldKind.Flag,
        _ when type == typeof(ulong) => FaultFieldKind.Chance,
        _ when type == typeof(IReadOnlyList<DirectedLink>) => FaultFieldKind.Links,
        _ when type == typeof(IReadOnlyList<int>) => FaultFieldKind.Nodes,
        _ => throw new ArgumentException($"no script can say {name}, a {type.Name}", nameof(type)),
    };
}
