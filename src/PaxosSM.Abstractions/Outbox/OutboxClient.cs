namespace PaxosSM;

/// <summary>Reads and acknowledges the outbox of a group's machine (<see cref="IOutboxStateMachine"/>): for those who
/// deliver entries themselves, instead of their nodes.</summary>
/// <remarks>Safe for use by many threads. Who delivers keeps the order of a destination, and acknowledges only what the
/// receiver has confirmed: then <see cref="DuplicateFilter"/> finds every repeat, whoever else delivers, too.</remarks>
/// <param name="client">A client of the group; its owner disposes it.</param>
public sealed class OutboxClient(IPaxosClient client)
{
    /// <summary>Whom something waits for, in a ring (<see cref="IOutboxStateMachine.OutboxDestinations"/>).</summary>
    /// <param name="destinationsMax">How many are asked for at most.</param>
    /// <param name="after">Where in the ring to begin; empty for the first ones.</param>
    /// <param name="consistency">What the read promises.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PaxosException">Not answered, or the machine has no outbox.</exception>
    public async ValueTask<IReadOnlyList<string>> DestinationsAsync(
        int destinationsMax,
        string after = "",
        ReadConsistency consistency = default,
        CancellationToken cancellationToken = default)
    {
        var query = OutboxRequests.Destinations(destinationsMax, after);
        var answer = await client.QueryAsync(query, consistency, cancellationToken).ConfigureAwait(false);
        return Parse(answer.Result, static reader =>
        {
            List<string> destinations = [];
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                destinations.Add(reader.ReadText());
            }

            return reader.IsAtEnd ? destinations : throw new InvalidDataException("something follows");
        });
    }

    /// <summary>What waits for a destination, the oldest first.</summary>
    /// <param name="destination">The destination.</param>
    /// <param name="entriesMax">How many entries are asked for at most.</param>
    /// <param name="bytesMax">How many bytes of payload are asked for at most; the first entry comes all the
    /// same.</param>
    /// <param name="consistency">What the read promises.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PaxosException">Not answered, or the machine has no outbox.</exception>
    public async ValueTask<IReadOnlyList<OutboxEntry>> ReadAsync(
        string destination,
        int entriesMax,
        long bytesMax,
        ReadConsistency consistency = default,
        CancellationToken cancellationToken = default)
    {
        var query = OutboxRequests.Entries(destination, entriesMax, bytesMax);
        var answer = await client.QueryAsync(query, consistency, cancellationToken).ConfigureAwait(false);
        return Parse(answer.Result, static reader => reader.ReadEntries());
    }

    /// <summary>Tells the log that a receiver has confirmed a destination's entries through this one.</summary>
    /// <exception cref="PaxosException">Not answered; it may be sent again.</exception>
    public async ValueTask AcknowledgeAsync(
        string destination, OutboxToken through, CancellationToken cancellationToken = default) =>
        _ = await client.ExecuteAsync(OutboxRequests.Acknowledge(destination, in through), cancellationToken)
            .ConfigureAwait(false);

    private delegate T Parser<T>(OutboxReader reader);

    private static T Parse<T>(ReadOnlyMemory<byte> answer, Parser<T> parse)
    {
        try
        {
            return parse(new(answer));
        }
        catch (InvalidDataException wrong)
        {
            throw new PaxosException(
                PaxosError.BadRequest, $"the machine has no outbox, or does not answer as one: {wrong.Message}");
        }
    }
}
