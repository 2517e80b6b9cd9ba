using System.CommandLine;

namespace PaxosSM.Cli;

/// <summary>Reads the arguments and does what they say.</summary>
internal static class CommandLine
{
    public static async Task<int> Run(string[] arguments, TextWriter errors)
    {
        var root = new RootCommand("PaxosSM: simulates whole clusters.")
        {
            SimulateCommand.Make(), MeasureCommand.Make(),
        };
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count == 0)
        {
            return await parsed.InvokeAsync().ConfigureAwait(false);
        }

        foreach (var error in parsed.Errors)
        {
            await errors.WriteLineAsync(error.Message).ConfigureAwait(false);
        }

        await errors.WriteLineAsync("See --help.").ConfigureAwait(false);
        return ExitStatus.BadUsage;
    }
}
