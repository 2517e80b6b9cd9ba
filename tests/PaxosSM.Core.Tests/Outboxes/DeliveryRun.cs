using PaxosSM.Execution;

namespace PaxosSM.Core.Tests.Outboxes;

/// <summary>Replicas that apply one log at their own pace, deliverers at all of them at once, messages that come late,
/// twice or never, and a receiver that crashes; all by one seed.</summary>
internal sealed class DeliveryRun
{
    private const int Replicas = 3;
    private static readonly string[] Destinations = ["a", "b"];
    private readonly Random _random;
    private readonly List<Action<Outbox>> _log = [];
    private readonly (Outbox Outbox, int Applied)[] _replicas = new (Outbox, int)[Replicas];

    // What each replica's deliverer knows to be confirmed, and the message that it waits for; a new life knows nothing.
    private readonly Dictionary<(int Replica, string Destination), OutboxToken> _confirmed = [];
    private readonly List<OutboxEntry> _late = [];
    private readonly Dictionary<string, OutboxMark> _kept = [];
    private readonly List<OutboxEntry> _taken = [];
    private readonly List<OutboxEntry> _added = [];
    private readonly int _seed;
    private DuplicateFilter _filter = new([]);
    private long _before;

    public DeliveryRun(int seed)
    {
        (_seed, _random) = (seed, new(seed));
        for (var replica = 0; replica < Replicas; replica++)
        {
            _replicas[replica] = (new(), 0);
        }
    }

    public long Duplicates => _before + _filter.Duplicates;

    public void Go()
    {
        for (var step = 0; step < 600; step++)
        {
            Step(_random.Next(12));
        }

        // In the end one node leads, and all is delivered.
        for (var step = 0; step < 400; step++)
        {
            Catch(0);
            Deliver(0, Destinations[step % 2], loses: false);
        }
    }

    public void Check()
    {
        foreach (var destination in Destinations)
        {
            Assert.True(
                Of(_added, destination).SequenceEqual(Of(_taken, destination)), $"not once and in order: seed {_seed}");
        }
    }

    private static IEnumerable<OutboxToken> Of(List<OutboxEntry> entries, string destination) =>
        entries.Where(entry => entry.Destination == destination).Select(entry => entry.Token);

    private void Step(int what)
    {
        var replica = _random.Next(Replicas);
        var destination = Destinations[_random.Next(2)];
        switch (what)
        {
            case 0:
                Append(destination);
                break;
            case 1 or 2 or 3:
                Catch(replica);
                break;
            case 4:
                _ = _confirmed.Remove((replica, destination));
                break;
            case 5 when _late.Count > 0:
                _ = Receive(_late[_random.Next(_late.Count)]);
                break;
            case 6 when _random.Next(4) == 0:
                _before += _filter.Duplicates;
                _filter = new(_kept.Values);
                break;
            default:
                Deliver(replica, destination, loses: _random.Next(4) == 0);
                break;
        }
    }

    private void Append(string destination)
    {
        Slot slot = new(_log.Count + 1);
        CommandContext context = new(GroupId.Default, slot, 0, LogTime.Zero, SessionId.None, 0, new TimerTable())
        {
            Fork = new(7),
            Epoch = Epoch.First,
        };
        _added.Add(new(new(new(7), GroupId.Default, Epoch.First, slot, 0, 0), destination, default));
        _log.Add(outbox => Assert.True(outbox.TryAdd(context, destination, [], out _, out _)));
    }

    private void Catch(int replica)
    {
        var (outbox, applied) = _replicas[replica];
        for (var slots = _random.Next(1, 4); slots > 0 && applied < _log.Count; slots--)
        {
            _log[applied++](outbox);
        }

        _replicas[replica] = (outbox, applied);
    }

    // The oldest entry that this deliverer does not know to be confirmed; the acknowledgement may be lost, too.
    private void Deliver(int replica, string destination, bool loses)
    {
        var waiting = _replicas[replica].Outbox.Read(destination, int.MaxValue, long.MaxValue);
        var known = _confirmed.TryGetValue((replica, destination), out var confirmed);
        if (waiting.FirstOrDefault(entry => !known || entry.Token > confirmed) is { } next)
        {
            if (loses)
            {
                _late.Add(next);
                return;
            }

            if (!Receive(next))
            {
                return;
            }

            _confirmed[(replica, destination)] = confirmed = next.Token;
            known = true;
        }

        if (known && !loses && _random.Next(3) == 0)
        {
            _log.Add(outbox => outbox.Acknowledge(destination, confirmed));
        }
    }

    // Effect and mark are one unit; a receiver that dies before it confirms nothing.
    private bool Receive(OutboxEntry entry)
    {
        if (_filter.IsNew(entry))
        {
            if (_random.Next(8) == 0)
            {
                return false;
            }

            var mark = DuplicateFilter.MarkOf(entry);
            _taken.Add(entry);
            _kept[entry.Destination] = mark;
            _filter.Take(mark);
        }

        return _random.Next(8) > 0;
    }
}
