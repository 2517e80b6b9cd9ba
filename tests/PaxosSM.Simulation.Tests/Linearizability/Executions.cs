using System.Text;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>Histories of an object that truly is linearizable: chance picks each operation's interval and the moment
/// within it at which it takes effect.</summary>
internal sealed record Executions(int Operations, int Clients, int Keys, int Sessions, int UnknownPercent)
{
    private const int PipelineMax = 20;
    private const long Scale = 1_000_000;

    public History Next(SeededRandom random)
    {
        var now = new long[Clients];
        var points = new long[Clients];
        var planned = new List<(long Point, Operation Operation)>();
        var writes = 0;
        for (var id = 1; id <= Operations; id++)
        {
            // The first clients pipeline: each of their commands takes effect after the last, but they overlap.
            var client = (int)random.Below(Clients);
            var ordered = client < Sessions;
            var input = NextInput(random, ordered, ref writes);
            var called = now[client] + random.Below(4);
            var point = Math.Max(called, ordered ? points[client] : 0) + random.Below(6);
            var returned = point + random.Below(6);
            now[client] = ordered ? Math.Max(called, point - PipelineMax) : returned + 1;
            points[client] = point;
            planned.Add(((point * Scale) + id, new()
            {
                Id = id,
                Client = client,
                Session = ordered ? client : null,
                Sequence = ordered ? id : 0,
                IsQuery = input.StartsWith("read", StringComparison.Ordinal),
                Input = Encoding.UTF8.GetBytes(input),
                Called = new(called * Scale),
                Returned = new((returned * Scale) + Scale - 1),
                Outcome = OperationOutcome.Succeeded,
            }));
        }

        return new(Take(random, [.. planned.OrderBy(each => each.Point)]));
    }

    /// <summary>The same history with something wrong, or not: chance says.</summary>
    public static History Mutate(History history, SeededRandom random)
    {
        Operation[] operations = [.. history.Operations];
        var (first, second) = (random.Below(operations.Length), random.Below(operations.Length));
        switch (random.Below(4))
        {
            case 0:
                (operations[first], operations[second]) = (
                    operations[first] with { Output = operations[second].Output },
                    operations[second] with { Output = operations[first].Output });
                break;
            case 1:
                operations[first] = operations[first] with { Input = operations[second].Input };
                break;
            case 2:
                var outcome = random.Below(2) == 0 ? OperationOutcome.Unknown : OperationOutcome.Refused;
                operations[first] = operations[first] with { Outcome = outcome, Slot = null };
                break;
            default:
                var shift = (random.Below(21) - 10) * Scale;
                var (called, returned) = (operations[first].Called, operations[first].Returned!.Value);
                operations[first] = operations[first] with
                {
                    Called = new(called.Microseconds + shift),
                    Returned = new(returned.Microseconds + shift),
                };
                break;
        }

        return new(operations.Select(operation =>
            operation.IsQuery == Reads(operation) ? operation : operation with { IsQuery = Reads(operation) }));
    }

    private static bool Reads(Operation operation) => operation.Input.Span.StartsWith("read"u8);

    private List<Operation> Take(SeededRandom random, IReadOnlyList<(long Point, Operation Operation)> planned)
    {
        var states = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var dead = new SortedSet<int>();
        var operations = new List<Operation>();
        var slot = 0L;
        foreach (var (_, operation) in planned)
        {
            var unknown = random.Below(100) < UnknownPercent;
            var input = Encoding.UTF8.GetString(operation.Input.Span);
            var key = input.Split(' ')[1];
            var happens = !dead.Contains(operation.Session ?? -1) && (!unknown || random.Below(2) == 0);
            if (happens)
            {
                var (output, next) = TextModel.Say(states.GetValueOrDefault(key, TextModel.Nothing), input);
                states[key] = next;
                slot += operation.IsQuery ? 0 : 1;
                operations.Add(unknown
                    ? operation with { Outcome = OperationOutcome.Unknown }
                    : operation with { Output = Encoding.UTF8.GetBytes(output), Slot = new(slot) });
            }
            else
            {
                // R17: what follows in an ordered session never happens either.
                _ = operation.Session is { } session && dead.Add(session);
                operations.Add(operation with { Outcome = OperationOutcome.Unknown });
            }
        }

        return operations;
    }

    private string NextInput(SeededRandom random, bool command, ref int writes)
    {
        var key = (char)('x' + random.Below(Keys));
        var value = (char)('a' + (writes % 26));
        var other = (char)('a' + random.Below(Math.Max(1, writes)) % 26);
        switch (random.Below(command ? 6 : 9))
        {
            case < 2:
                writes++;
                return $"write {key} {value}";
            case < 5:
                writes++;
                return $"append {key} {value}";
            case < 6:
                writes++;
                return $"cas {key} {other} {value}";
            default:
                return $"read {key}";
        }
    }
}
