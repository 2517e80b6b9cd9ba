using FsCheck;
using FsCheck.Fluent;
using PaxosSM.Testing.Generators;

namespace PaxosSM.Testing.TestKits;

/// <summary>Draws what happens to a machine, and makes it smaller.</summary>
internal sealed class ScriptArbitrary(
    Arbitrary<Payload> commands, Arbitrary<Payload> queries, int stepsMax) : Arbitrary<MachineStep[]>
{
    private static readonly int[] Waits = [1, 10, 1000, 60_000, 3_600_000];

    public override Gen<MachineStep[]> Generator => Gen.Sized(size =>
        Gen.Choose(1, Math.Clamp(size, 1, stepsMax)).SelectMany(length => Step.ArrayOf(length)));

    private Gen<MachineStep> Step => Gen.Frequency(
        (12, from client in Gen.Choose(0, MachineStep.Clients - 1)
             from payload in commands.Generator
             select (MachineStep)new CommandStep(client, payload)),
        (4, queries.Generator.Select(payload => (MachineStep)new QueryStep(payload))),
        (2, Gen.Elements(Waits).Select(wait => (MachineStep)new WaitStep(TimeSpan.FromMilliseconds(wait)))),
        (1, Gen.Choose(0, MachineStep.Members - 1).Select(leader => (MachineStep)new ViewStep(leader))));

    public override IEnumerable<MachineStep[]> Shrinker(MachineStep[] steps) => Shrinks.List(steps, Smaller);

    private IEnumerable<MachineStep> Smaller(MachineStep step) => step switch
    {
        CommandStep command =>
        [
            .. Shrinks.Number(command.Client).Select(client => command with { Client = (int)client }),
            .. commands.Shrinker(command.Payload).Select(payload => command with { Payload = payload }),
        ],
        QueryStep query => queries.Shrinker(query.Payload).Select(payload => query with { Payload = payload }),
        WaitStep wait => Waits
            .Where(shorter => shorter < wait.For.TotalMilliseconds)
            .Select(shorter => new WaitStep(TimeSpan.FromMilliseconds(shorter))),
        ViewStep view => Shrinks.Number(view.Leader).Select(leader => new ViewStep((int)leader)),
        _ => [],
    };
}
