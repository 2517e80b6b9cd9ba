namespace PaxosSM.Specs.Tests;

/// <summary>The executable model of R2..R10 (specs/model): sound as it is, and unsound with any rule broken.</summary>
public sealed class ModelTests(ModelCheck check) : IClassFixture<ModelCheck>
{
    public static TheoryData<string> Cases => [.. ModelCheck.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_sound_model_holds_its_runs_reach_far_and_every_mutant_is_noticed(string name) =>
        Assert.StartsWith($"ok {name} ", check.LineOf(name), StringComparison.Ordinal);
}
