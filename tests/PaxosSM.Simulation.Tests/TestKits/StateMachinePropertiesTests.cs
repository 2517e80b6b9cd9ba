using FsCheck;
using FsCheck.Fluent;
using PaxosSM.Testing.TestKits;

namespace PaxosSM.Simulation.Tests.TestKits;

/// <summary>Good machines pass; each wrong one is found, by the property that is there for it, in few steps.</summary>
public sealed class StateMachinePropertiesTests
{
    private static readonly Gen<byte[]> Names = Gen.Elements("a", "b", "c", "xyz", "-a", "-b", "-c", "bad")
        .Select(name => System.Text.Encoding.UTF8.GetBytes(name));

    private static readonly StateMachinePropertiesOptions Options = new()
    {
        Commands = PayloadSource.Bytes(Names),
        Queries = PayloadSource.Bytes(Names),
        Seed = 20260101,
        Runs = 60,
        UsesSecondProcess = false,
    };

    [Fact]
    public void A_good_machine_passes_everything_in_two_processes() =>
        StateMachineProperties.Check<TallyMachine>(Options with { UsesSecondProcess = true });

    [Fact]
    public void A_good_machine_with_timers_views_and_a_digest_passes_everything_in_two_processes() =>
        StateMachineProperties.Check<RichMachine>(new() { Runs = 60 });

    [Fact]
    public void A_machine_with_an_outbox_that_takes_back_passes_everything_in_two_processes() =>
        StateMachineProperties.Check<OutboxTally>(Options with { UsesSecondProcess = true });

    [Fact]
    public void A_machine_that_reads_the_clock_is_found() =>
        AssertFound<ReadsTheClock>(new Determinism(), "the result of step 1", steps: 1);

    [Fact]
    public void A_machine_that_counts_in_a_static_field_is_found() =>
        AssertFound<CountsInAStaticField>(new Determinism(), "the result of step 1", steps: 1);

    [Fact]
    public void A_machine_that_formats_by_the_culture_is_found() =>
        AssertFound<FormatsByCulture>(new Determinism(), "'0.01'", steps: 1);

    [Fact]
    public void A_machine_that_depends_on_the_thread_is_found() =>
        AssertFound<DependsOnTheThread>(new Determinism(), "the result of step 1", steps: 1);

    [Fact]
    public void A_machine_that_throws_is_found() =>
        AssertFound<ThrowsAtSomething>(new Determinism(), "cannot do that", steps: 1);

    [Fact]
    public void A_machine_that_keeps_a_commands_buffer_is_found() =>
        AssertFound<KeepsTheCommand>(new BufferUse(), "the result of step 2", steps: 2);

    [Fact]
    public void A_machine_that_reads_only_the_first_segment_is_found() =>
        AssertFound<ReadsOneSegment>(new BufferUse(), "the snapshot at the end", steps: 1);

    [Fact]
    public void A_machine_that_skips_bytes_of_its_result_is_found() =>
        AssertFound<SkipsBytesOfItsResult>(new BufferUse(), "the result of step 1", steps: 1);

    [Fact]
    public void A_machine_that_does_not_save_a_field_is_found() =>
        AssertFound<ForgetsAField>(new SnapshotEquivalence(), "one in use before, restored before step 1", steps: 1);

    [Fact]
    public void A_machine_that_adds_what_it_restores_is_found() =>
        AssertFound<AddsWhatItRestores>(new SnapshotEquivalence(), "one in use before, restored before", steps: 1);

    [Fact]
    public void A_snapshot_that_shows_the_live_state_is_found() =>
        AssertFound<ShowsItsLiveState>(new SnapshotEquivalence(), "written after step 1", steps: 1);

    [Fact]
    public void A_machine_that_changes_when_a_snapshot_is_taken_is_found() =>
        AssertFound<CountsItsSnapshots>(new SnapshotEquivalence(), "one that snapshots were taken of", steps: 1);

    [Fact]
    public void A_machine_that_saves_in_the_order_of_its_table_is_found() =>
        AssertFound<SavesInTheOrderOfItsTable>(new SnapshotEquivalence(), "one restored after step 3", steps: 4);

    [Fact]
    public void A_machine_that_reads_its_snapshot_in_one_piece_is_found() =>
        AssertFound<ReadsItsSnapshotAtOnce>(new SnapshotEquivalence(), "The machine threw", steps: 1);

    [Fact]
    public void A_machine_that_forgets_the_leader_in_its_snapshot_is_found() =>
        AssertFound(() => new RichMachine(forgetsLeader: true), new SnapshotEquivalence(), "'1 under '", steps: 1);

    [Fact]
    public void A_machine_that_forgets_its_digest_in_its_snapshot_is_found() =>
        AssertFound(() => new RichMachine(forgetsDigest: true), new SnapshotEquivalence(), "the digest at", steps: 1);

    [Fact]
    public void A_machine_that_keeps_times_outside_its_snapshot_is_found() =>
        AssertFound(() => new RichMachine(timesItself: true), new SnapshotEquivalence(), "result of step 3", steps: 3);

    [Fact]
    public void A_query_that_adds_to_the_state_is_found() =>
        AssertFound<RemembersAQuery>(new QueryPurity(), "the snapshot after step 1", steps: 1);

    [Fact]
    public void A_query_that_shows_only_later_is_found() =>
        AssertFound<CountsItsQueries>(new QueryPurity(), "the result of step 2", steps: 2);

    [Fact]
    public void A_query_that_answers_otherwise_the_second_time_is_found() =>
        AssertFound<AnswersInTurn>(new QueryPurity(), "asked again", steps: 1);

    [Fact]
    public void A_machine_that_keeps_its_own_account_of_what_it_did_is_found()
    {
        RemembersOutsideWhatItDid.Forget();
        AssertFound<RemembersOutsideWhatItDid>(new ExactlyOnce(), "'done before'", steps: 2);
    }

    [Fact]
    public void A_machine_that_forgets_with_its_process_is_found_by_a_replay() =>
        AssertFound<ForgetsAField>(new ExactlyOnce(), "one that crashed and replayed from step 4 on", steps: 4);

    [Fact]
    public void A_machine_that_answers_with_hash_codes_is_found_by_another_process() =>
        AssertFoundByAnotherProcess<AnswersWithAHashCode>("the result of step 1", steps: 1);

    [Fact]
    public void A_good_optimistic_machine_passes() =>
        StateMachineProperties.Check<OptimisticTally>(Options);

    [Fact]
    public void A_machine_that_does_not_undo_a_field_is_found() =>
        AssertFound<UndoesHalf>(new Rollbacks(), "of 2", steps: 1);

    [Fact]
    public void A_machine_that_undoes_the_oldest_first_is_found() =>
        AssertFound<UndoesTheOldestFirst>(new Rollbacks(), "took back", steps: 2);

    [Fact]
    public void A_machine_that_undoes_what_is_confirmed_is_found() =>
        AssertFound<UndoesWhatIsConfirmed>(new Rollbacks(), "the snapshot after step 3", steps: 4);

    [Fact]
    public void A_machine_that_saves_in_the_order_of_hash_codes_is_found_by_another_process() =>
        AssertFoundByAnotherProcess<SavesInTheOrderOfHashCodes>("the snapshot at the end", steps: 2);

    [Fact]
    public void A_factory_is_called_by_the_other_process_too() =>
        StateMachineProperties.Check(
            () => new RichMachine(forgetsLeader: false), Options with { UsesSecondProcess = true, Runs = 5 });

    [Fact]
    public void A_factory_that_captures_something_is_refused_unless_one_process_is_enough()
    {
        var captured = Options.Runs > 0;
        IStateMachine Make() => new RichMachine(forgetsLeader: !captured);
        var refusal = Assert.Throws<ArgumentException>(
            () => StateMachineProperties.Check(Make, Options with { UsesSecondProcess = true, Runs = 1 }));
        Assert.Contains("UsesSecondProcess", refusal.Message, StringComparison.Ordinal);
        StateMachineProperties.Check(Make, Options with { Runs = 1 });
    }

    [Fact]
    public void A_machine_that_another_process_cannot_make_is_told_of()
    {
        var recipe = new MachineRecipe("/nowhere/at-all.dll", "No.Such, Thing", 0);
        using var twin = TwinProcess.Start(recipe, TimeSpan.FromSeconds(30));
        var failure = Assert.Throws<StateMachinePropertyException>(() => StateMachineProperties.Check(
            () => new TallyMachine(), Options, new ProcessDeterminism(twin)));
        Assert.Contains("'Thing'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_process_that_ended_is_told_of()
    {
        var twin = TwinProcess.Start(MachineRecipe.Of(typeof(TallyMachine)), TimeSpan.FromSeconds(30));
        twin.Dispose();
        Assert.ThrowsAny<Exception>(() => twin.Play([]));
    }

    [Fact]
    public void The_message_shows_the_shortest_script_the_difference_the_causes_and_the_seed()
    {
        var failure = Assert.Throws<StateMachinePropertyException>(
            () => StateMachineProperties.Check<ForgetsAField>(Options));
        Assert.Equal(
            """
            ForgetsAField breaks the contract of state machines.
              Rule: A snapshot holds the whole state, and restoring it replaces the state by it.
              Shortest script found (1 step, made of 2 steps):
                1. 'c'
              What differs: the result of step 1
                the machine that was not restored: '1 of 1'
                one in use before, restored before step 1: '1 of 2'
              Usual causes:
                - a field that is not saved
                - a collection that RestoreAsync adds to instead of replacing it
                - a snapshot that shows the live state instead of what it was at BeginSnapshot
                - a Dictionary or HashSet saved in its own order, which depends on what was removed: sort it
                - a stream read as if Read gave all bytes at once
              To see it again: new StateMachinePropertiesOptions { Seed = 20260101 }
            """,
            failure.Message);
    }

    private static void AssertFound<TMachine>(IMachineProperty property, string shown, int steps)
        where TMachine : IStateMachine, new() =>
        AssertFound(() => new TMachine(), property, shown, steps);

    private static void AssertFound(Func<IStateMachine> factory, IMachineProperty property, string shown, int steps)
    {
        var failure = Assert.Throws<StateMachinePropertyException>(
            () => StateMachineProperties.Check(factory, Options, property));
        Assert.Equal(property.GetType().Name, failure.Property);
        var isShown = failure.Message.Contains(shown, StringComparison.Ordinal);
        Assert.True(isShown && failure.Steps == steps, failure.Message);
    }

    private static void AssertFoundByAnotherProcess<TMachine>(string shown, int steps)
        where TMachine : IStateMachine, new()
    {
        StateMachineProperties.Check(() => new TMachine(), Options, new Determinism());
        using var twin = TwinProcess.Start(MachineRecipe.Of(typeof(TMachine)), TimeSpan.FromSeconds(30));
        AssertFound<TMachine>(new ProcessDeterminism(twin), shown, steps);
    }
}
