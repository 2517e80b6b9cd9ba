namespace PaxosSM.Specs.Tests;

/// <summary>The executable models of R2..R14 (specs/model): sound as they are, and unsound with a rule broken.
/// </summary>
public sealed class ModelTests(ModelCheck check) : IClassFixture<ModelCheck>
{
    public static TheoryData<string> Cases => [.. ModelCheck.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sound_models_hold_their_runs_reach_far_and_every_mutant_is_noticed(string name) =>
        Assert.StartsWith($"ok {name} ", check.LineOf(name), StringComparison.Ordinal);
}
