using System.Text;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>Tries every order of every choice of operations of a <see cref="TextModel"/>: slow, and plainly
/// right.</summary>
internal static class BruteForce
{
    public static bool IsLinearizable(History history)
    {
        Operation[] all =
        [
            .. history.Operations.Where(operation =>
                operation.Outcome != OperationOutcome.Refused && (operation.Succeeded || !operation.IsQuery)),
        ];
        return Enumerable.Range(0, 1 << all.Length)
            .Select(choice => all.Where((_, index) => (choice & (1 << index)) != 0).ToArray())
            .Where(chosen => all.All(operation => !operation.Succeeded || chosen.Contains(operation)))
            .Where(chosen => IsClosed(chosen, all))
            .SelectMany(Permutations)
            .Any(order => KeepsTime(order) && KeepsSessions(order) && Explains(order));
    }

    // R17: a command of an ordered session is applied only after all before it.
    private static bool IsClosed(Operation[] chosen, Operation[] all) => chosen
        .Where(operation => operation.Session is not null)
        .All(operation => all
            .Where(other => other.Session == operation.Session && other.Sequence < operation.Sequence)
            .All(chosen.Contains));

    private static bool KeepsTime(Operation[] order) => !Pairs(order)
        .Any(pair => pair.Later.Succeeded && pair.Later.Returned < pair.Earlier.Called);

    private static bool KeepsSessions(Operation[] order) => !Pairs(order)
        .Any(pair => pair.Later.Session is not null
            && pair.Later.Session == pair.Earlier.Session
            && pair.Later.Sequence < pair.Earlier.Sequence);

    private static bool Explains(Operation[] order)
    {
        var states = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var operation in order)
        {
            var input = Encoding.UTF8.GetString(operation.Input.Span);
            var key = input.Split(' ')[1];
            var (output, next) = TextModel.Say(states.GetValueOrDefault(key, TextModel.Nothing), input);
            if (operation.Succeeded && output != Encoding.UTF8.GetString(operation.Output.Span))
            {
                return false;
            }

            states[key] = next;
        }

        return true;
    }

    private static IEnumerable<(Operation Earlier, Operation Later)> Pairs(Operation[] order) =>
        from later in Enumerable.Range(0, order.Length)
        from earlier in Enumerable.Range(0, later)
        select (order[earlier], order[later]);

    private static IEnumerable<Operation[]> Permutations(Operation[] items) => items.Length == 0
        ? [[]]
        : items.SelectMany(first =>
            Permutations([.. items.Where(item => item != first)]).Select(rest => (Operation[])[first, .. rest]));
}
