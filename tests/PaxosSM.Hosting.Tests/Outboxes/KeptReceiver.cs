using System.Text;

namespace PaxosSM.Hosting.Tests.Outboxes;

/// <summary>A receiver that keeps effects and marks together, and whose confirmations can be held up.</summary>
internal sealed class KeptReceiver : IOutboxHandler
{
    private readonly Lock _gate = new();
    private readonly DuplicateFilter _filter = new([]);
    private readonly List<OutboxEntry> _taken = [];

    /// <summary>Runs after an effect is kept, or found to be a repeat, and before it is confirmed.</summary>
    public Func<OutboxEntry, CancellationToken, Task> BeforeConfirm { get; set; } = (_, _) => Task.CompletedTask;

    public long Duplicates
    {
        get
        {
            lock (_gate)
            {
                return _filter.Duplicates;
            }
        }
    }

    public IReadOnlyList<OutboxEntry> Taken
    {
        get
        {
            lock (_gate)
            {
                return [.. _taken];
            }
        }
    }

    /// <summary>The texts taken for a destination, in order.</summary>
    public IEnumerable<string> TextsFor(string destination) =>
        Taken.Where(entry => entry.Destination == destination)
            .Select(entry => Encoding.UTF8.GetString(entry.Payload.Span));

    public async ValueTask DeliverAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_filter.IsNew(entry))
            {
                _taken.Add(entry);
                _filter.Take(DuplicateFilter.MarkOf(entry));
            }
        }

        await BeforeConfirm(entry, cancellationToken);
    }
}
