using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>The first event of a trace that breaks a rule.</summary>
/// <param name="Rule">The rule's name, as <c>specs/traces.md</c> lists it: <c>R4</c>, <c>I1</c>.</param>
/// <param name="At">The event.</param>
/// <param name="What">How it breaks the rule.</param>
public sealed record TraceViolation(string Rule, TraceEvent At, string What)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Rule}: {What}: node {At.Origin.Node}, life {At.Origin.Incarnation}, event {At.Sequence}: {At.Happened}";
}
