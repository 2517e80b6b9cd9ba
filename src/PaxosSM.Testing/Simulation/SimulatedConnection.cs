using PaxosSM.Messages;

namespace PaxosSM.Testing.Simulation;

/// <summary>The connection between two members, whichever lives they are in: it breaks, and is made again.</summary>
internal sealed class SimulatedConnection
{
    private const long RedialMicros = 50_000;
    private readonly SimulatedNetwork _network;
    private readonly SimulatedDirection _there;
    private readonly SimulatedDirection _back;
    private bool _dialing;

    public SimulatedConnection(SimulatedNetwork network, SimulatedNode one, SimulatedNode other)
    {
        _network = network;
        _there = new(network, one, other);
        _back = new(network, other, one);
    }

    public SimulatedDirection From(SimulatedNode sender) => _there.From == sender ? _there : _back;

    /// <summary>A process started, or a cut ended: try to connect, again and again.</summary>
    public void Dial()
    {
        if (_dialing || (_there.IsUp && _back.IsUp))
        {
            return;
        }

        _dialing = true;
        _network.World.After(_network.World.Random.Below(RedialMicros), TryConnect);
    }

    /// <summary>Both ends know at once that it is gone; what is under way is lost.</summary>
    public void Break(string why)
    {
        _there.Down(why);
        _back.Down(why);
        Dial();
    }

    private void TryConnect()
    {
        _dialing = false;
        var (one, other) = (_there.From.Process, _there.To.Process);
        if (one is not { IsAlive: true } || other is not { IsAlive: true })
        {
            return; // The one that starts dials.
        }

        if (_there.IsCut || _back.IsCut)
        {
            return; // The end of the cut dials.
        }

        var welcome = one.Members!.Policy.Check(other.Members!.Self).Accepted
            && other.Members.Policy.Check(one.Members.Self).Accepted;
        if (!welcome)
        {
            _network.Log.Count("connections refused");
            Dial();
            return;
        }

        _there.Up();
        _back.Up();
    }
}

/// <summary>One direction of a connection.</summary>
internal sealed class SimulatedDirection(SimulatedNetwork network, SimulatedNode from, SimulatedNode to)
{
    private const long RetryMicros = 1000;
    private readonly Queue<Arrival> _arrived = new();
    private readonly Queue<Action> _reads = [];
    private long _lastArrival;
    private int _life;
    private Task _delivery = Task.CompletedTask;
    private bool _waits;

    public SimulatedNode From => from;

    public SimulatedNode To => to;

    public bool IsUp { get; private set; }

    public bool IsCut { get; set; }

    public long Since { get; private set; }

    public string Detail { get; private set; } = "not connected yet";

    public void Up()
    {
        IsUp = true;
        Since = network.World.Now;
        Detail = "simulated";
    }

    public void Down(string why)
    {
        if (IsUp)
        {
            IsUp = false;
            _life++;
            _arrived.Clear();
            _delivery = Task.CompletedTask;
            Since = network.World.Now;
            Detail = why;
        }
    }

    public bool Send(GroupId group, Epoch epoch, Message message)
    {
        if (!IsUp)
        {
            return false;
        }

        var plan = network.Plan;
        var random = network.World.Random;
        if (IsCut || random.Below(1000) < plan.LossPermille)
        {
            network.Log.Count("messages lost");
            return true;
        }

        Carry(Arriving(group, epoch, message), plan, random);
        if (plan.DuplicatePermille > 0 && random.Below(1000) < plan.DuplicatePermille)
        {
            network.Log.Count("messages duplicated");
            Carry(Arriving(group, epoch, message), plan, random);
        }

        return true;
    }

    // Each copy is read by itself, as from a wire: memory that one of them brings is no other's.
    private Arrival Arriving(GroupId group, Epoch epoch, Message message) => new(
        group, epoch, network.Plan.Encodes ? network.Encode(message) : message, network.BytesOf(message));

    private void Carry(Arrival arrival, NetworkPlan plan, SeededRandom random)
    {
        var left = network.Leave(from, arrival.Bytes);
        var at = left + network.Travel(
            network.Regions.Of(from.Place), network.Regions.Of(to.Place), Math.Max(from.Factor, to.Factor));
        if (plan.LatePermille > 0 && random.Below(1000) < plan.LatePermille)
        {
            network.Log.Count("messages late");
            at += random.Below(World.Micros(plan.LateMax)) * SimulatedLink.NanosPerMicro;
        }
        else if (plan.KeepsOrder)
        {
            at = Math.Max(at, _lastArrival);
            _lastArrival = at;
        }

        var life = _life;
        network.Enter(to, at, arrival.Bytes, () => to.Work(_reads, () => OnArrival(arrival, life)));
    }

    private void OnArrival(Arrival arrival, int life)
    {
        if (life == _life)
        {
            _arrived.Enqueue(arrival);
            Deliver();
        }
    }

    // The receiver reads one message after the other, and none while it stands still or can't keep up.
    private void Deliver()
    {
        while (_arrived.Count > 0 && to.Process is { IsAlive: true } process)
        {
            if (process.Node.PausedUntil > network.World.Now || !_delivery.IsCompleted)
            {
                RetryLater(process.Node.PausedUntil);
                return;
            }

            var (group, epoch, message, _) = _arrived.Dequeue();
            process.Guard(() => _delivery = process.Receive(from.Id, group, epoch, message));
        }
    }

    private void RetryLater(long pausedUntil)
    {
        if (!_waits)
        {
            _waits = true;
            network.World.At(Math.Max(network.World.Now + RetryMicros, pausedUntil), () =>
            {
                _waits = false;
                Deliver();
            });
        }
    }

    private readonly record struct Arrival(GroupId Group, Epoch Epoch, Message Message, int Bytes);
}
