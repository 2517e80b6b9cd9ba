using System.CommandLine;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary><c>simulate</c>: runs seeds, or one seed, or a script.</summary>
internal sealed class SimulateCommand
{
    private readonly Option<long?> _seeds = BoundedOption.Of<long?>(
        "--seeds", "How many seeds to run.", seeds => seeds >= 1);

    private readonly Option<ulong> _firstSeed = new("--first-seed") { Description = "The first of them." };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "One seed alone." };
    private readonly Option<FileInfo?> _script = new("--script") { Description = "A script instead of a seed." };

    private readonly Option<int> _seconds = BoundedOption.Of(
        "--seconds", "Simulated seconds a seed.", _ => 10, all => all >= 1);

    private readonly Option<SwarmProfile> _profile = new("--profile") { Description = "How wild plans are." };

    private readonly Option<string[]> _only = new("--only")
    {
        Description = $"The only kinds of faults: {string.Join(", ", FaultKind.All)}.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int> _threads = BoundedOption.Of(
        "--threads", "How many seeds run at a time.", _ => Environment.ProcessorCount, all => all is >= 1 and <= 1024);

    private readonly Option<double?> _minutes = BoundedOption.Of<double?>(
        "--minutes", "Begin no seed after so many minutes.", minutes => minutes is > 0 and < 100_000);

    private readonly Option<bool> _minimize = new("--minimize")
    {
        Description = "Reduce what fails to a short script.",
    };

    private readonly Option<int> _runs = BoundedOption.Of(
        "--minimize-runs", "How many runs that may take.", _ => new MinimizerOptions().RunsMax, runs => runs >= 1);

    private readonly Option<DirectoryInfo> _output = new("--output")
    {
        Description = "The folder for scripts; with --trace also for traces and the history.",
        DefaultValueFactory = _ => new("."),
    };

    private readonly Option<bool> _trace = new("--trace") { Description = "Print every event; of one run." };
    private readonly Option<bool> _hash = new("--hash") { Description = "Print the event hash alone; of one run." };
    private readonly Option<bool> _print = new("--print-script") { Description = "Print the plan, and run nothing." };

    private SimulateCommand()
    {
    }

    public static Command Make() => new SimulateCommand().Declare();

    private Command Declare()
    {
        _only.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => FaultKind.All.All(kind => kind.Name != token.Value)))
            {
                result.AddError($"There is no fault {token.Value}; there are {string.Join(", ", FaultKind.All)}.");
            }
        });
        var command = new Command("simulate", "Runs whole clusters on simulated machines, and checks what they do.")
        {
            _seeds, _firstSeed, _seed, _script, _seconds, _profile, _only, _threads, _minutes, _minimize, _runs,
            _output, _trace, _hash, _print,
        };
        command.Validators.Add(Check);
        command.SetAction(parsed => Run(parsed));
        return command;
    }

    private void Check(System.CommandLine.Parsing.CommandResult result)
    {
        bool Is(Option option) => result.GetResult(option) is { Implicit: false };

        var ways = (Is(_seeds) || Is(_minutes) ? 1 : 0) + (Is(_seed) ? 1 : 0) + (Is(_script) ? 1 : 0);
        if (ways != 1)
        {
            result.AddError("Say --seeds or --minutes, or --seed, or --script.");
        }

        if (Is(_firstSeed) && (Is(_seed) || Is(_script)))
        {
            result.AddError("--first-seed goes with --seeds and --minutes.");
        }

        Option[] ofSwarms = [_seconds, _profile, _only];
        foreach (var option in ofSwarms.Where(option => Is(_script) && Is(option)))
        {
            result.AddError($"A script says all itself: leave {option.Name} away.");
        }

        Option[] ofOne = [_trace, _hash, _print];
        foreach (var option in ofOne.Where(option => Is(option) && !Is(_seed) && !Is(_script)))
        {
            result.AddError($"{option.Name} goes with --seed or --script.");
        }

        if (ofOne.Count(Is) > 1)
        {
            result.AddError("--trace, --hash and --print-script exclude each other.");
        }
    }

    private int Run(ParseResult parsed)
    {
        var settings = new SimulateSettings
        {
            Seeds = parsed.GetValue(_seeds),
            FirstSeed = parsed.GetValue(_firstSeed),
            Swarm = new()
            {
                Seconds = parsed.GetValue(_seconds),
                Profile = parsed.GetValue(_profile),
                Only = parsed.GetValue(_only) is { Length: > 0 } only
                    ? [.. FaultKind.All.Where(kind => only.Contains(kind.Name))]
                    : null,
            },
            Threads = parsed.GetValue(_threads),
            Time = parsed.GetValue(_minutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
            Minimizes = parsed.GetValue(_minimize),
            MinimizerRuns = parsed.GetValue(_runs),
            Folder = parsed.GetValue(_output)!.FullName,
            KeepsRecords = parsed.GetValue(_trace) && parsed.GetResult(_output) is { Implicit: false },
        };
        if (parsed.GetValue(_seed) is null && parsed.GetValue(_script) is null)
        {
            return new SeedsRun(settings, Console.Out, Console.Error).Run();
        }

        var show = parsed switch
        {
            _ when parsed.GetValue(_trace) => Show.Trace,
            _ when parsed.GetValue(_hash) => Show.Hash,
            _ when parsed.GetValue(_print) => Show.Script,
            _ => Show.Row,
        };
        var single = new SingleRun(settings, show, Console.Out, Console.Error);
        return parsed.GetValue(_seed) is { } seed
            ? single.Seed(seed)
            : single.Script(parsed.GetValue(_script)!.FullName);
    }
}
