namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>Which of some answers had the highest slot at a moment.</summary>
internal sealed class AnsweredBefore
{
    private readonly Operation[] _answers;
    private readonly Operation[] _highest;

    /// <summary>Looks at answers that name their slot.</summary>
    public AnsweredBefore(IEnumerable<Operation> operations)
    {
        _answers =
        [
            .. operations
                .Where(operation => operation is { Succeeded: true, Slot: not null })
                .OrderBy(operation => operation.Returned),
        ];
        _highest = new Operation[_answers.Length];
        for (var index = 0; index < _answers.Length; index++)
        {
            var before = index > 0 ? _highest[index - 1] : _answers[index];
            _highest[index] = _answers[index].Slot > before.Slot ? _answers[index] : before;
        }
    }

    /// <summary>Of the answers that had arrived before a moment, one of the highest slot.</summary>
    public Operation? Highest(Moment moment)
    {
        var (from, to) = (0, _answers.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = _answers[middle].Returned < moment ? (middle + 1, to) : (from, middle);
        }

        return from > 0 ? _highest[from - 1] : null;
    }
}
