using System.Buffers;

namespace PaxosSM.Examples;

/// <summary>Puts somebody into the raffle, or takes them out.</summary>
internal sealed record Ticket(string Name, bool Returned)
{
    public override string ToString() => Returned ? $"{Name} returns the ticket" : $"{Name} takes a ticket";
}

/// <summary>Asks who is in the raffle.</summary>
internal sealed record Players;

/// <summary>A raffle that keeps the contract of state machines; three others do not, each in one place.</summary>
internal class Raffle : StateMachine<Ticket, string, Players, string[]>
{
    // In the order of their names, whoever came first and whoever left.
    private readonly SortedDictionary<string, string> _tickets = new(StringComparer.Ordinal);

    protected virtual IDictionary<string, string> Tickets => _tickets;

    protected override string Apply(in CommandContext context, Ticket command)
    {
        if (command.Returned)
        {
            return Tickets.Remove(command.Name) ? "returned" : "no such ticket";
        }

        return Tickets[command.Name] = Draw(context, command.Name);
    }

    /// <summary>The number on a ticket: of the command's place in the log, which is the same everywhere.</summary>
    protected virtual string Draw(in CommandContext context, string name) => $"{context.Slot}/{context.Index}";

    protected override string[] Query(in QueryContext context, Players query) => [.. Tickets.Keys];

    protected override void Save(IBufferWriter<byte> snapshot) => Serializer.Write(snapshot, Tickets);

    protected override void Load(ReadOnlySequence<byte> snapshot)
    {
        Tickets.Clear();
        foreach (var (name, ticket) in Read<Dictionary<string, string>>(snapshot))
        {
            Tickets[name] = ticket;
        }
    }
}

/// <summary>Wrong: a ticket's number comes of the clock, and each replica has its own.</summary>
internal sealed class RaffleByClock : Raffle
{
    protected override string Draw(in CommandContext context, string name) => $"{DateTime.UtcNow.Ticks}";
}

/// <summary>Wrong: a ticket's number comes of a hash code, and each process has its own for strings.</summary>
internal sealed class RaffleByHashCode : Raffle
{
    protected override string Draw(in CommandContext context, string name) =>
        $"{name.GetHashCode(StringComparison.Ordinal):x8}";
}

/// <summary>Wrong: the order of a dictionary depends on who left before, and a restored one has another past.</summary>
internal sealed class RaffleByDictionary : Raffle
{
    private readonly Dictionary<string, string> _tickets = [];

    protected override IDictionary<string, string> Tickets => _tickets;
}
