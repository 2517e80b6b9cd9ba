using System.CommandLine;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary><c>measure</c>: how fast a script's cluster is under a steady load, in simulated time.</summary>
internal sealed class MeasureCommand
{
    private static readonly SteadyLoad Defaults = new();

    private readonly Option<FileInfo> _script = new("--script")
    {
        Description = "Says the cluster: members, regions, links, settings, and for how long it is measured.",
        Required = true,
    };

    private readonly Option<int[]> _places = new("--places")
    {
        Description = "The members whose clients send, such as 0 2; all, unless said.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<DealPolicy?> _deal = new("--deal")
    {
        Description = "Who owns lanes, in place of what the script says.",
    };

    private readonly Option<int> _clients = BoundedOption.Of(
        "--clients", "How many clients each of them has.", _ => Defaults.ClientsPerNode, clients => clients >= 1);

    private readonly Option<int> _payload = BoundedOption.Of(
        "--payload", "A command's bytes.", _ => Defaults.PayloadBytes, bytes => bytes is >= 0 and <= 1 << 20);

    private readonly Option<int> _inFlight = BoundedOption.Of(
        "--in-flight", "How many commands a client has under way.", _ => Defaults.InFlight, all => all >= 1);

    private readonly Option<int> _rate = BoundedOption.Of(
        "--rate", "Instead: how many a member's clients begin a second.", _ => 0, rate => rate is > 0 and <= 1_000_000);

    private readonly Option<double> _warmUp = BoundedOption.Of(
        "--warm-up", "Seconds of load before.", _ => Defaults.WarmUp.TotalSeconds, time => time is >= 0 and < 1e6);

    private MeasureCommand()
    {
    }

    public static Command Make() => new MeasureCommand().Declare();

    private Command Declare()
    {
        var command = new Command("measure", "Loads a simulated cluster steadily, and tells how fast it is.")
        {
            _script, _deal, _places, _clients, _payload, _inFlight, _rate, _warmUp,
        };
        command.SetAction(parsed => Run(parsed));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_script)!.FullName;
        if (ScriptFile.Read(path, Console.Error) is not { } plan)
        {
            return ExitStatus.BadUsage;
        }

        if (parsed.GetValue(_deal) is { } deal)
        {
            plan = plan with { Protocol = plan.Protocol with { Deal = deal } };
        }

        var load = new SteadyLoad
        {
            Places = parsed.GetValue(_places) ?? [],
            ClientsPerNode = parsed.GetValue(_clients),
            PayloadBytes = parsed.GetValue(_payload),
            InFlight = parsed.GetValue(_inFlight),
            RatePerSecond = parsed.GetValue(_rate),
            WarmUp = TimeSpan.FromMilliseconds((long)(parsed.GetValue(_warmUp) * 1000)),
        };
        foreach (var place in load.Places)
        {
            if (place < 0 || place >= plan.Members.Count || !plan.Members[place].HasFlag(MemberRoles.Learner))
            {
                Console.Error.WriteLine($"n{place} is no member of {path} that serves clients.");
                return ExitStatus.BadUsage;
            }
        }

        var measured = Simulator.Measure(plan, load);
        Console.Out.Write(MeasureTable.Of(measured));
        if (measured.Violation is not { } violation)
        {
            return ExitStatus.Good;
        }

        Console.Error.WriteLine($"{violation.Property} is broken at {violation.At}: {violation.Text}");
        return ExitStatus.Violation;
    }
}
