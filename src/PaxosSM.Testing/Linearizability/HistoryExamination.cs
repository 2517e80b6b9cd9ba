using PaxosSM.Testing.Linearizability.Rules;

namespace PaxosSM.Testing.Linearizability;

/// <summary>Holds a history to everything that PaxosSM promises its clients.</summary>
public sealed class HistoryExamination
{
    private readonly IModel _model;
    private readonly long _stepsMax;
    private readonly List<IHistoryRule> _rules;

    /// <summary>An examination by a model.</summary>
    /// <param name="model">What should be; <see cref="ExactlyOnceRule"/> joins when it is an
    /// <see cref="ITokenReader"/>.</param>
    /// <param name="driftPerMillion">How far replicas' clocks may run from true time, in parts of a million.</param>
    /// <param name="stepsMax">How often an operation of one part may be tried.</param>
    public HistoryExamination(
        IModel model, int driftPerMillion = 0, long stepsMax = LinearizabilityChecker.DefaultStepsMax)
    {
        _model = model;
        _stepsMax = stepsMax;
        _rules =
        [
            new RepeatedResultRule(), new SessionOrderRule(), new SlotOrderRule(), new MonotonicReadRule(),
            new AskedSlotRule(), new BoundedAgeRule(driftPerMillion),
        ];
        if (model is ITokenReader tokens)
        {
            _rules.Add(new ExactlyOnceRule(tokens));
        }

        _rules.Add(new StateAtSlotRule(model, stepsMax));
    }

    /// <summary>The rules, beside linearizability; the cheap ones first.</summary>
    public IReadOnlyList<IHistoryRule> Rules => _rules;

    /// <summary>Checks linearizability, and every rule.</summary>
    /// <remarks>Of what is not chosen nothing is promised: speculative queries are left out (R18).</remarks>
    public HistoryFindings Run(History history)
    {
        if (history.Operations.Any(IsSpeculative))
        {
            history = new(history.Operations.Where(operation => !IsSpeculative(operation)));
        }

        var linearizability = LinearizabilityChecker.Check(history, _model, _stepsMax);
        List<HistoryViolation> violations = [];
        if (linearizability.Violation is { } first)
        {
            violations.Add(first);
        }

        violations.AddRange(_rules.Select(rule => rule.Check(history)).OfType<HistoryViolation>());
        return new(violations, linearizability);
    }

    private static bool IsSpeculative(Operation operation) =>
        operation is { IsQuery: true, Consistency.Kind: ReadKind.Speculative };
}

/// <summary>What came of an examination.</summary>
/// <param name="Violations">What is wrong, at most one of each kind; what breaks linearizability first.</param>
/// <param name="Linearizability">What came of the search for an order; look whether it was decided.</param>
public sealed record HistoryFindings(
    IReadOnlyList<HistoryViolation> Violations, LinearizabilityResult Linearizability);
