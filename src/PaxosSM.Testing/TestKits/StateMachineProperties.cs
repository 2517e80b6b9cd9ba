using FsCheck;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.TestKits;

/// <summary>Checks that a state machine keeps its contract, with scripts drawn at random.</summary>
/// <remarks>
/// <para>Every script goes through the executor that production runs. Properties, in this order: two machines show the
/// same, in other cultures, on other threads, at other times; nothing that was lent is kept; a snapshot taken anywhere
/// and restored anywhere changes nothing; commands sent again or replayed count once; queries change nothing; of an
/// <see cref="IOptimisticStateMachine"/>, what is taken back leaves no trace; another process, with other hash codes,
/// shows the same.</para>
/// <para>With a <see cref="StateMachinePropertiesOptions.Model"/> also: machine and model answer alike; and what
/// clients of whole simulated clusters see is linearizable by the model, whatever crashes, pauses and cuts there are
/// (<see cref="Simulation.Simulator"/>).</para>
/// <para>Scripts hold commands of three clients, queries, time that goes by (timers fire), and new leaders
/// (<see cref="IViewObserver"/>).</para>
/// </remarks>
public static class StateMachineProperties
{
    /// <summary>Checks a machine that needs nothing to be made.</summary>
    /// <exception cref="StateMachinePropertyException">It breaks its contract; the message shows how.</exception>
    public static void Check<TMachine>(StateMachinePropertiesOptions? options = null)
        where TMachine : IStateMachine, new() =>
        Check(() => new TMachine(), MachineRecipe.Of(typeof(TMachine)), options ?? new());

    /// <summary>Checks the machines that a factory makes.</summary>
    /// <param name="factory">Makes a machine as it is before the first command. It must capture nothing if a second
    /// process is to call it too.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="StateMachinePropertyException">One breaks its contract; the message shows how.</exception>
    public static void Check(Func<IStateMachine> factory, StateMachinePropertiesOptions? options = null) =>
        Check(factory, MachineRecipe.Of(factory), options ?? new());

    /// <summary>Checks typed machines with the commands and queries given.</summary>
    /// <param name="factory">Makes a machine as it is before the first command. It must capture nothing if a second
    /// process is to call it too.</param>
    /// <param name="commands">The commands.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="StateMachinePropertyException">One breaks its contract; the message shows how.</exception>
    public static void Check<TCommand, TResult, TQuery, TAnswer>(
        Func<StateMachine<TCommand, TResult, TQuery, TAnswer>> factory,
        Gen<TCommand> commands,
        Gen<TQuery> queries,
        StateMachinePropertiesOptions? options = null)
        where TCommand : notnull
        where TQuery : notnull =>
        Check(factory, MachineRecipe.Of(factory), (options ?? new()) with
        {
            Commands = PayloadSource.Of(commands),
            Queries = PayloadSource.Of(queries),
        });

    /// <summary>Checks some properties.</summary>
    internal static void Check(
        Func<IStateMachine> factory, StateMachinePropertiesOptions options, params IMachineProperty[] properties)
    {
        var (machine, commands, queries) = Resolve(factory, options);
        var falsifier = new Falsifier(machine, new ScriptArbitrary(commands, queries, options.StepsMax), options);
        var seed = options.Seed ?? (ulong)Random.Shared.NextInt64();
        foreach (var property in properties)
        {
            falsifier.Try(property, seed);
        }
    }

    /// <summary>Checks whole clusters by a model.</summary>
    internal static void CheckClusters(Func<IStateMachine> factory, StateMachinePropertiesOptions options, IModel model)
    {
        var (machine, commands, queries) = Resolve(factory, options);
        new LinearizableClusters(
            machine.Name, () => new ModelWorkload(machine, commands, queries, model), options.Clusters)
            .Try(options.Seed ?? (ulong)Random.Shared.NextInt64());
    }

    private static void Check(
        Func<IStateMachine> factory, MachineRecipe? recipe, StateMachinePropertiesOptions options)
    {
        // All parts draw the same scripts.
        var seeded = options with { Seed = options.Seed ?? (ulong)Random.Shared.NextInt64() };
        Check(
            factory, seeded,
            new Determinism(), new BufferUse(), new SnapshotEquivalence(), new ExactlyOnce(), new QueryPurity());
        if (factory() is IOptimisticStateMachine)
        {
            Check(factory, seeded, new Rollbacks());
        }

        if (options.UsesSecondProcess)
        {
            using var twin = TwinProcess.Start(
                recipe ?? throw new ArgumentException(
                    $"the factory captures something, so that no other process can call it: let it capture nothing, "
                        + $"or turn {nameof(StateMachinePropertiesOptions.UsesSecondProcess)} off",
                    nameof(factory)),
                options.ProcessTimeout);
            Check(factory, seeded, new ProcessDeterminism(twin));
        }

        if (options.Model is { } model)
        {
            Check(factory, seeded, new ModelAgreement(model));
            CheckClusters(factory, seeded, model);
        }
    }

    private static (MachineUnderTest Machine, Arbitrary<Payload> Commands, Arbitrary<Payload> Queries) Resolve(
        Func<IStateMachine> factory, StateMachinePropertiesOptions options)
    {
        var sample = factory();
        return (
            new(sample.GetType().Name, factory),
            (options.Commands ?? TypedMachine.CommandsOf(sample)).Resolve(sample),
            (options.Queries ?? TypedMachine.QueriesOf(sample)).Resolve(sample));
    }
}
