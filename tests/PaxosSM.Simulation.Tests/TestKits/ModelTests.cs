using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PaxosSM.Examples;
using PaxosSM.Testing.Linearizability;
using PaxosSM.Testing.Simulation;
using PaxosSM.Testing.TestKits;

namespace PaxosSM.Simulation.Tests.TestKits;

/// <summary>A machine is held to its user's model, beside it and in whole clusters.</summary>
public sealed class ModelTests
{
    private static readonly Gen<byte[]> Names = Texts("a", "b", "xyz", "bad");

    private static readonly StateMachinePropertiesOptions Options = new()
    {
        Commands = PayloadSource.Bytes(Texts("a", "b", "xyz", "bad", "-a", "-b")),
        Queries = PayloadSource.Bytes(Names),
        Seed = 20260101,
        Runs = 60,
        UsesSecondProcess = false,
        Model = new TallyModel(),
    };

    private static readonly Gen<ushort> Keys = Gen.Elements<ushort>(1, 2, 3);

    private static readonly Gen<byte[]> Values = Texts("x;", "y;", "");

    [Fact]
    public void A_good_machine_and_its_model_agree() => StateMachineProperties.Check<TallyMachine>(Options);

    [Fact]
    public void The_key_value_machine_and_its_model_agree() => StateMachineProperties.Check<KeyValueMachine>(new()
    {
        Commands = PayloadSource.Bytes(Gen.OneOf(
            from key in Keys from value in Values select KeyValueCommand.PutOf(key, value),
            from key in Keys from value in Values select KeyValueCommand.AppendOf(key, value),
            from key in Keys
            from expected in Values
            from value in Values
            select KeyValueCommand.CompareAndSetOf(key, expected, value),
            Keys.Select(KeyValueCommand.IncrementOf),
            Keys.Select(KeyValueCommand.DeleteOf),
            Keys.Select(key => KeyValueCommand.HoldOf(key, TimeSpan.FromSeconds(1))))),
        Queries = PayloadSource.Bytes(Keys.Select(KeyValueCommand.GetOf)),
        Seed = 1,
        UsesSecondProcess = false,
        Model = new KeyValueModel(),
    });

    [Fact]
    public void Bytes_that_are_no_command_are_answered_as_the_model_says() =>
        StateMachineProperties.Check<KeyValueMachine>(
            new() { UsesSecondProcess = false, Model = new KeyValueModel(), Seed = 1 });

    [Fact]
    public void A_typed_machine_and_its_model_agree_on_bytes_that_are_no_command_too() =>
        StateMachineProperties.Check<Counter>(Options with
        {
            Commands = PayloadSource.Bytes(Texts("{}", "{\"By\":3}", "{\"By\":-1}", "nonsense", "")),
            Queries = PayloadSource.Bytes(Texts("{}", "nonsense")),
            Model = new CounterModel(),
        });

    [Fact]
    public void A_typed_model_tells_its_values()
    {
        var failure = Assert.Throws<StateMachinePropertyException>(() => StateMachineProperties.Check(
            () => new Counter(), new() { Seed = 1 }, new ModelAgreement(new TakesNoDebts())));
        Assert.Contains("the result of step 1, Add { By = -1 }", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the machine: -1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the model: 0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_typed_model_tells_bytes_where_they_are_no_values()
    {
        var model = new CounterModel();
        var malformed = "x"u8.ToArray();
        var refused = model.Step(model.Initial, malformed, isQuery: false).Output;
        Assert.Equal("'x'", model.DescribeInput(malformed, isQuery: true));
        Assert.Equal("'\\x01the bytes are no Add'", model.DescribeOutput(malformed, isQuery: false, refused));
        Assert.Equal("(empty)", model.DescribeOutput(malformed, isQuery: true, default));
    }

    [Fact]
    public void A_query_that_answers_from_an_older_state_is_found() =>
        AssertDiffers<AnswersFromBeforeTheLastCommand>(new TallyModel(), "how many ", "'0'", "'1'", steps: 2);

    [Fact]
    public void A_machine_that_is_wrong_for_one_input_is_found() =>
        AssertDiffers<CountsOneNameTwice>(new TallyModel(), "the result of step 1, xyz", "'2'", "'1'", steps: 1);

    [Fact]
    public void A_model_that_disagrees_is_found() =>
        AssertDiffers<TallyMachine>(new SaysGone(), "the result of step 2, -", "'forgotten'", "'gone'", steps: 2);

    [Fact]
    public void Bytes_are_shown_where_the_model_has_one_text_for_two_answers() =>
        AssertDiffers<CountsOneNameTwice>(new HasOneTextForAll(), "the result of step 1, xyz", "'2'", "'1'", steps: 1);

    [Fact]
    public void Bytes_are_shown_where_the_model_has_no_text() => AssertDiffers<KnowsManyWords>(
        new CannotSayWhatItDoesNotKnow(), "the result of step 1", "'one hundred", "1", steps: 1);

    [Fact]
    public void A_model_that_throws_is_told_of() => AssertDiffers<TallyMachine>(
        new KnowsNoBadNames(), "the result of step 1, bad", "'1'", "threw FormatException: what is bad?", steps: 1);

    [Fact]
    public void A_model_whose_queries_change_its_state_is_told_of() => AssertFound<TallyMachine>(
        new CountsQueriesToo(), "What differs: the model's state", steps: 1);

    [Fact]
    public void A_model_whose_states_do_not_compare_by_value_is_told_of() => AssertFound<TallyMachine>(
        new DoesNotCompareByValue(), "the model's next state, by Equals and GetHashCode", steps: 1);

    [Fact]
    public void A_model_that_changes_its_state_in_place_is_told_of() => AssertFound<TallyMachine>(
        new ChangesItsState(), "What differs: the model's answer", steps: 1);

    [Fact]
    public void The_message_shows_the_operation_and_both_answers()
    {
        var failure = Assert.Throws<StateMachinePropertyException>(
            () => StateMachineProperties.Check<CountsOneNameTwice>(Options));
        Assert.StartsWith(
            """
            CountsOneNameTwice breaks the contract of state machines.
              Rule: The machine answers as its model does.
              Shortest script found (1 step, made of 4 steps):
                1. 'xyz'
              What differs: the result of step 1, xyz
                the machine: '2'
                the model: '1'
              Usual causes:
            """,
            failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Stale_answers_are_found_in_whole_clusters() =>
        AssertFoundInClusters<AnswersFromBeforeTheLastCommand>("how many ");

    [Fact]
    public void A_query_that_goes_wrong_after_a_restore_is_found_in_whole_clusters_alone() =>
        AssertFoundInClustersAlone<AnswersFromItsSnapshot>("I10 linearizable");

    [Fact]
    public void A_machine_that_restores_nothing_is_found_in_whole_clusters_alone() =>
        AssertFoundInClustersAlone<RestoresNothing>("I9 exactly once");

    [Fact]
    public void A_model_that_disagrees_is_found_in_whole_clusters()
    {
        var told = FindInClusters(() => new TallyMachine(), new SaysGone());
        Assert.Contains("here the answer would be 'gone'", told, StringComparison.Ordinal);
        Assert.Contains(" -> 'forgotten'", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_throws_is_found_in_whole_clusters()
    {
        var told = FindInClusters(() => new ThrowsAtSomething(), new TallyModel());
        Assert.Contains("cannot do that", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_shows_the_same_failure_again()
    {
        var told = FindInClusters(() => new CountsOneNameTwice(), new TallyModel());
        Assert.EndsWith("Seed = 20260101 }", told, StringComparison.Ordinal);
        Assert.Equal(told, FindInClusters(() => new CountsOneNameTwice(), new TallyModel()));
    }

    [Fact]
    public void No_cluster_meets_more_than_any_protocol_can_bear() => Assert.All(
        Enumerable.Range(0, 500), seed => Assert.Null(FairPlan.Problem(ClusterPlans.Of((ulong)seed))));

    private static Gen<byte[]> Texts(params string[] texts) => Gen.Elements(texts).Select(Encoding.UTF8.GetBytes);

    private static void AssertDiffers<TMachine>(
        IModel model, string what, string machine, string said, int steps)
        where TMachine : IStateMachine, new()
    {
        var told = AssertFound<TMachine>(model, what, steps);
        Assert.Contains($"    the machine: {machine}", told, StringComparison.Ordinal);
        Assert.Contains($"    the model: {said}", told, StringComparison.Ordinal);
    }

    private static string AssertFound<TMachine>(IModel model, string shown, int steps)
        where TMachine : IStateMachine, new()
    {
        var failure = Assert.Throws<StateMachinePropertyException>(
            () => StateMachineProperties.Check(() => new TMachine(), Options, new ModelAgreement(model)));
        Assert.Equal(nameof(ModelAgreement), failure.Property);
        var isShown = failure.Message.Contains(shown, StringComparison.Ordinal);
        Assert.True(isShown && failure.Steps == steps, failure.Message);
        return failure.Message;
    }

    private static void AssertFoundInClusters<TMachine>(string shown)
        where TMachine : IStateMachine, new()
    {
        var told = FindInClusters(() => new TMachine(), new TallyModel());
        Assert.True(told.Contains(shown, StringComparison.Ordinal), told);
    }

    private static void AssertFoundInClustersAlone<TMachine>(string shown)
        where TMachine : IStateMachine, new()
    {
        StateMachineProperties.Check(() => new TMachine(), Options, new ModelAgreement(new TallyModel()));
        AssertFoundInClusters<TMachine>(shown);
    }

    private static string FindInClusters(Func<IStateMachine> factory, IModel model)
    {
        var failure = Assert.Throws<StateMachinePropertyException>(
            () => StateMachineProperties.CheckClusters(factory, Options, model));
        Assert.Equal(nameof(LinearizableClusters), failure.Property);
        return failure.Message;
    }
}
