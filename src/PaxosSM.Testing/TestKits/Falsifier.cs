using FsCheck;
using FsCheck.Fluent;

namespace PaxosSM.Testing.TestKits;

/// <summary>Looks for a script that breaks a property, then for the shortest one.</summary>
internal sealed class Falsifier(
    MachineUnderTest machine, Arbitrary<MachineStep[]> scripts, StateMachinePropertiesOptions options)
{
    private const int SizeMax = 100;

    public void Try(IMachineProperty property, ulong seed)
    {
        for (var run = 0; run < options.Runs; run++)
        {
            var size = 1 + (run * SizeMax / options.Runs);
            var script = scripts.Generator.Sample(1, new Rnd(unchecked(seed + (ulong)run)), size).Single();
            if (Check(property, script) is { } failure)
            {
                throw Report(property, seed, script.Length, Shrink(property, failure));
            }
        }
    }

    private Failure? Check(IMachineProperty property, MachineStep[] script)
    {
        try
        {
            return property.Check(machine, script) is { } difference ? new(script, difference, null) : null;
        }
        catch (Exception exception) when (exception is not TwinProcessException)
        {
            return new(script, null, exception);
        }
    }

    private Failure Shrink(IMachineProperty property, Failure failure)
    {
        var left = options.ShrinksMax;
        for (var found = true; found;)
        {
            found = false;
            foreach (var script in scripts.Shrinker(failure.Script))
            {
                if (left-- == 0)
                {
                    return failure;
                }

                // One kind of failure must not turn into another on the way.
                if (Check(property, script) is { } smaller && smaller.Kind == failure.Kind)
                {
                    failure = smaller;
                    found = true;
                    break;
                }
            }
        }

        return failure;
    }

    private StateMachinePropertyException Report(
        IMachineProperty property, ulong seed, int length, Failure failure)
    {
        List<string> lines =
        [
            $"{machine.Name} breaks the contract of state machines.",
            $"  Rule: {property.Claim}",
            $"  Shortest script found ({Steps(failure.Script.Length)}, made of {Steps(length)}):",
            .. failure.Script.Select((step, index) => $"    {index + 1}. {step}"),
            .. failure.Difference is { } difference
                ? Explain(property, difference)
                : [$"  The machine threw: {failure.Exception!.Message}",
                    "  Where a machine throws, every replica stops. Report a command's failure in its result."],
            $"  To see it again: new StateMachinePropertiesOptions {{ Seed = {seed} }}",
        ];
        return new(string.Join(Environment.NewLine, lines), property.GetType().Name, failure.Script.Length,
            failure.Exception);
    }

    private static IEnumerable<string> Explain(IMachineProperty property, Difference difference) =>
    [
        $"  What differs: {difference.What}",
        $"    {difference.First}: {difference.FirstText}",
        $"    {difference.Second}: {difference.SecondText}",
        "  Usual causes:",
        .. property.UsualCauses.Select(cause => $"    - {cause}"),
    ];

    private static string Steps(int count) => count == 1 ? "1 step" : $"{count} steps";

    private sealed record Failure(MachineStep[] Script, Difference? Difference, Exception? Exception)
    {
        public Type? Kind => Exception?.GetBaseException().GetType();
    }
}
