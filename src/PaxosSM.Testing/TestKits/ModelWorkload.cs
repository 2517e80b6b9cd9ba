using FsCheck;
using FsCheck.Fluent;
using PaxosSM.Testing.Linearizability;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Testing.TestKits;

/// <summary>Simulated clients that send a machine what its generators draw.</summary>
internal sealed class ModelWorkload(
    MachineUnderTest machine, Arbitrary<Payload> commands, Arbitrary<Payload> queries, IModel model) : IWorkload
{
    private const int Size = 30;

    public IModel Model { get; } = new GuardedModel(model);

    public IStateMachine NewMachine() => machine.Create();

    public WorkloadOperation Next(SeededRandom random, int client, ClientPlan plan) =>
        random.Below(100) < plan.QueryPercent
            ? new(Draw(queries, random), true, ReadMix.Draw(random, leases: true))
            : new(Draw(commands, random), false);

    private static byte[] Draw(Arbitrary<Payload> source, SeededRandom random) =>
        source.Generator.Sample(1, new Rnd(random.Next()), Size).Single().Bytes;
}
