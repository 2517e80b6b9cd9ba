using System.Globalization;
using PaxosSM.Hosting;

namespace PaxosSM.RedisKv.CommandLine;

/// <summary>The command line of an operator who takes a cluster on without its quorum (R33), understood.</summary>
/// <param name="Step">What is to be done: collect, plan, apply or abandon.</param>
internal sealed record ForceArguments(string Step)
{
    private const string Usage =
        "force collect --config FILE --self ID --data DIR --survivors ID,... --to REPORT | force plan REPORT... "
        + "| force apply --config FILE --self ID --data DIR --fork FORK REPORT... "
        + "| force abandon --config FILE --self ID --data DIR";

    /// <summary>The survivor; only the plan needs none.</summary>
    public PaxosOptions Node { get; private init; } = new();

    /// <summary>The names of all survivors.</summary>
    public IReadOnlyList<string> Survivors { get; private init; } = [];

    /// <summary>Where the report goes.</summary>
    public string To { get; private init; } = string.Empty;

    /// <summary>The operator's word.</summary>
    public ForkId Fork { get; private init; }

    /// <summary>The files of all survivors' reports.</summary>
    public IReadOnlyList<string> Reports { get; private init; } = [];

    /// <summary>Reads what follows <c>force</c>.</summary>
    /// <exception cref="CommandLineException">It is not understood.</exception>
    public static ForceArguments Parse(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> given = [];
        List<string> words = [];
        for (var index = 0; index < arguments.Count; index++)
        {
            if (!arguments[index].StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(arguments[index]);
            }
            else if (index + 1 == arguments.Count || !given.TryAdd(arguments[index], arguments[++index]))
            {
                throw new CommandLineException($"{arguments[index]} needs one value; usage: {Usage}");
            }
        }

        string[] options = [.. given.Keys.Order(StringComparer.Ordinal)];
        return (words, options) switch
        {
            (["collect"], ["--config", "--data", "--self", "--survivors", "--to"]) => new("collect")
            {
                Node = NodeOf(given), Survivors = given["--survivors"].Split(','), To = given["--to"],
            },
            (["plan", _, ..], []) => new("plan") { Reports = words[1..] },
            (["apply", _, ..], ["--config", "--data", "--fork", "--self"]) => new("apply")
            {
                Node = NodeOf(given), Fork = ForkOf(given["--fork"]), Reports = words[1..],
            },
            (["abandon"], ["--config", "--data", "--self"]) => new("abandon") { Node = NodeOf(given) },
            _ => throw new CommandLineException($"usage: {Usage}"),
        };
    }

    private static PaxosOptions NodeOf(Dictionary<string, string> given)
    {
        var node = ArgumentParser.Load(given["--config"]);
        (node.Self, node.Data) = (given["--self"], given["--data"]);
        return node;
    }

    private static ForkId ForkOf(string text) =>
        ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var fork)
            ? new(fork)
            : throw new CommandLineException($"--fork {text}: must be the fork that 'force plan' shows");
}
